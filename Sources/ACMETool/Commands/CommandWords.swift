package import ACMECore
internal import Glibc

/// A command that a person gave as one text. No shell sees it: it is split at blanks; '…', "…" and \ quote; nothing is
/// expanded.
package struct CommandWords: Sendable {
  package let words: [Octets]

  package init(_ text: Octets) throws(Malformed) {
    var words: [Octets] = []
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    for octet in text.bytes {
      switch (octet, quote) {
      case _ where isEscaped:
        // Within "…" a backslash quotes itself and the quotation mark, as in a shell.
        if quote == Self.double, octet != Self.double, octet != Self.backslash { word?.append(Self.backslash) }
        word?.append(octet)
        isEscaped = false
      case (Self.backslash, nil), (Self.backslash, Self.double):
        word = word ?? []
        isEscaped = true
      case (quote, .some): quote = nil
      case (Self.single, nil), (Self.double, nil):
        word = word ?? []
        quote = octet
      case (0x20, nil), (0x09...0x0D, nil):
        if let word { words.append(Octets(word)) }
        word = nil
      default:
        word = word ?? []
        word?.append(octet)
      }
    }
    guard quote == nil else { throw Malformed("a quotation mark isn't closed") }
    guard !isEscaped else { throw Malformed("there is nothing after the last backslash") }
    if let word { words.append(Octets(word)) }
    guard let program = words.first, !program.isEmpty else { throw Malformed("there is no command") }
    guard !text.bytes.contains(0) else { throw Malformed("there is a NUL in it") }
    self.words = words
  }

  private static let single = UInt8(ascii: "'")
  private static let double = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  private init(words: [Octets]) { self.words = words }

  package func adding(_ arguments: [String]) -> CommandWords {
    CommandWords(words: words + arguments.map { Octets($0) })
  }

  /// As it is shown in messages.
  package var text: String { words.map(\.description).joined(separator: " ") }
}
