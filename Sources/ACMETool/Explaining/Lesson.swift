internal import ACMECore

/// What a step is about, in plain words: a heading, and lines below it.
package struct Lesson {
  package enum Part {
    case text(String)
    /// A name, and what it means.
    case item(String, String)
    /// A line for the shell: complete in itself, never wrapped.
    case command(String)
  }

  private let heading: String
  package private(set) var parts: [Part]

  package init(_ heading: String, _ parts: [Part] = []) {
    self.heading = heading
    self.parts = parts
  }

  package mutating func add(_ more: Part...) { parts += more }

  package mutating func add(_ more: [Part]) { parts += more }

  /// The lines, none longer than `width` where words can be parted.
  package func lines(width: Int) -> [String] {
    Self.wrapped(heading, first: "", others: "  ", width)
      + parts.flatMap { part in
        switch part {
        case .text(let text): Self.wrapped(text, first: "  ", others: "  ", width)
        case .item(let name, let text): Self.wrapped("\(name): \(text)", first: "  - ", others: "    ", width)
        case .command(let command): ["  $ \(command.shown(limit: .max))"]
        }
      }
  }

  private static func wrapped(_ text: String, first: String, others: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.shown().split(separator: " ") {
      // A word that is too long for any line, such as a URL, stays where it is.
      if !isEmpty, line.count + 1 + word.count > width, others.count + word.count <= width {
        lines.append(line)
        line = others
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
