/// A name at which a DNS record may stand, as a program, a file or a command line can take it: labels of letters,
/// digits, hyphens and underscores, in lower case, without a dot at its end. DNS itself allows any octets.
package struct RecordName: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package var description: String { text }

  /// Reads what a resolver or a document says; upper case is lowered, one dot at the end taken away.
  package init(_ text: String) throws(Malformed) {
    let shown = text.shown(limit: 300)
    var octets = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    if octets.last == Self.dot { octets.removeLast() }
    guard octets.count <= DomainName.maxLength else { throw Malformed("the DNS name \(shown) is too long") }
    // A program would take such a name for one of its options.
    guard octets.first != UInt8(ascii: "-") else { throw Malformed("the DNS name \(shown) begins with a hyphen") }
    for label in octets.split(separator: Self.dot, omittingEmptySubsequences: false) {
      guard (1...63).contains(label.count), label.allSatisfy(Self.isAllowed) else {
        throw Malformed("\(shown) is no DNS name that can be used")
      }
    }
    self.text = String(decoding: octets, as: UTF8.self)
  }

  private init(known text: String) { self.text = text }

  /// The name without its first label; nil for a name of one label.
  package var parent: RecordName? {
    guard let dot = text.firstIndex(of: ".") else { return nil }
    return RecordName(known: String(text[text.index(after: dot)...]))
  }

  package func isBelow(_ other: RecordName) -> Bool { text.hasSuffix("." + other.text) }

  private static let dot = UInt8(ascii: ".")

  private static func isAllowed(_ octet: UInt8) -> Bool {
    (0x30...0x39).contains(octet) || (0x61...0x7A).contains(octet) || octet == UInt8(ascii: "-")
      || octet == UInt8(ascii: "_")
  }
}
