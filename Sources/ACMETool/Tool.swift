package import ACMECore
internal import Glibc

/// The running tool: what a step may ask of its surroundings.
package final class Tool {
  package let name: String
  package let messages: Messages
  let usage: String
  package let environment: [String: String]
  /// The order as it stands; a failure takes it along.
  package var order: OrderDocument?

  init(name: String, messages: Messages, usage: String, environment: [String: String]) {
    self.name = name
    self.messages = messages
    self.usage = usage
    self.environment = environment
  }

  /// Gives a lesson, if that is asked for; else it isn't even made.
  package func explain(_ lesson: @autoclosure () throws -> Lesson) {
    guard messages.isExplaining, let lesson = try? lesson() else { return }
    messages.explain(lesson)
  }

  /// The value of a variable; an empty one counts as unset.
  package func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  static func readEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return variables
  }
}
