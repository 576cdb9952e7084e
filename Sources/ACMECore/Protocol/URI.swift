/// A URI of any scheme (RFC 3986), as far as its characters tell.
package struct URI: Equatable, Sendable {
  package let text: String
  /// In lower case.
  package let scheme: String
  /// What follows the scheme and its colon.
  package let rest: Substring

  /// Throws `Malformed` for what is none: no scheme, nothing after it, a character that no URI holds, or a % that begins
  /// no escaped octet.
  package init(_ text: String) throws(Malformed) {
    guard text.utf8.count <= ACMEURL.maxLength else { throw Malformed("a URI is too long") }
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(text.utf8[..<colon]) else {
      throw Malformed("a URI begins with a scheme")
    }
    let rest = text[text.index(after: colon)...]
    guard !rest.isEmpty else { throw Malformed("a URI has something after its scheme") }
    guard rest.utf8.allSatisfy(Self.isAllowed) else { throw Malformed("a URI holds a character that it may not") }
    for part in rest.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst() {
      guard part.prefix(2).count == 2, part.prefix(2).allSatisfy(Self.isHexDigit) else {
        throw Malformed("a URI has a % that is none of an escaped octet")
      }
    }
    self.text = text
    scheme = text[..<colon].lowercased()
    self.rest = rest
  }

  /// `rest` with its escaped octets as they are (RFC 3986 §2.1).
  package var octets: [UInt8] {
    var octets: [UInt8] = []
    var left = Array(rest.utf8)[...]
    while let octet = left.popFirst() {
      if octet == UInt8(ascii: "%"), let value = UInt8(String(decoding: left.prefix(2), as: UTF8.self), radix: 16) {
        octets.append(value)
        left = left.dropFirst(2)
      } else {
        octets.append(octet)
      }
    }
    return octets
  }

  private static let others = Set("-._~:/?#[]@!$&'()*+,;=%".utf8)

  private static func isAllowed(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || others.contains(byte) }

  private static func isScheme(_ bytes: Substring.UTF8View) -> Bool {
    bytes.first.map(isLetter) ?? false
      && bytes.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
}
