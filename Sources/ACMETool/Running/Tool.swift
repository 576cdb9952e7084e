package import ACMECore
internal import Glibc

/// The running tool: what a step may ask of its surroundings.
package final class Tool {
  package let name: String
  package let messages: Messages
  let usage: String
  package let environment: Environment
  /// What stood in `macKeyVariable`; nil for nothing.
  package let macKey: SecretBytes?
  /// The order as it stands, which only its owner changes; a failure takes it along.
  package var order: OrderDocument?
  /// Runs the programs that the step has named.
  package internal(set) var supervisor: Supervisor?
  /// What the step has made ready while stdin was awaited: it alone knows what.
  package var headStart: AnyObject?
  /// Passphrases, from what can't be read again: one may be that of two keys.
  var firstLines: [Path: SecretBytes] = [:]
  private var appended: [Path: Result<AppendedFile, Failure>] = [:]

  /// The MAC key of an external account.
  package static let macKeyVariable = "ACME_EAB_HMAC_KEY"

  init(name: String, messages: Messages, usage: String, environment: Environment, macKey: SecretBytes?) {
    self.name = name
    self.messages = messages
    self.usage = usage
    self.environment = environment
    self.macKey = macKey
  }

  /// Gives a lesson, if that is asked for; else it isn't even made.
  package func explain(_ lesson: @autoclosure () throws -> Lesson) {
    guard messages.isExplaining, let lesson = try? lesson() else { return }
    messages.explain(lesson)
  }

  /// Opens a file that is to grow, while that is allowed. What came of it is told when it is asked for.
  func open(_ path: Path, _ content: AppendedFile.Content) {
    // To open a pipe that nobody reads takes until somebody does, and what stdin has to say comes first.
    guard !path.isPipe else { return }
    do throws(Failure) { appended[path] = .success(try AppendedFile(path, content)) } catch {
      appended[path] = .failure(error)
    }
  }

  /// The file that the step needs to append to. Throws `Failure` 73 where it can't be had.
  package func appendedFile(_ path: Path, _ content: AppendedFile.Content) throws(Failure) -> AppendedFile {
    guard let file = appended[path] else { return try AppendedFile(path, content) }
    return try file.get()
  }

  /// The file that a variable names.
  package func path(from variable: String) -> Path? { environment[variable].flatMap { Path($0, from: variable) } }
}

extension Environment {
  /// This process's own.
  static var own: Environment {
    var entries: [Octets] = []
    forEachEntry { entries.append(Octets(cString: $0)) }
    return Environment(entries)
  }

  /// What stands in the variable `name`, where it is wiped; nil for nothing.
  static func takeSecret(_ name: String) -> SecretBytes? {
    let secret = SecretBytes()
    forEachEntry { entry in
      let start = "\(name)="
      guard strncmp(entry, start, start.utf8.count) == 0 else { return }
      let value = entry + start.utf8.count
      let count = strlen(value)
      if secret.isEmpty { secret.append(contentsOf: UnsafeRawBufferPointer(start: value, count: count)) }
      explicit_bzero(value, count)
    }
    return secret.isEmpty ? nil : secret
  }

  private static func forEachEntry(_ body: (UnsafeMutablePointer<CChar>) -> Void) {
    // Whoever clears it leaves no list at all.
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    while let entry = next, let text = entry.pointee {
      body(text)
      next = entry + 1
    }
  }
}
