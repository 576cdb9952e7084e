/// A challenge's token: base64url and nothing else, before it gets near a path, a DNS name or a shell
/// (RFC 8555 §8.3). At least 128 bits, so at least 22 characters; short enough for a file name.
package struct Token: Hashable, Sendable, CustomStringConvertible {
  static let lengths = 22...200

  package let text: String

  package init(_ text: String) throws(Malformed) {
    guard Base64URL.isAlphabetic(text) else { throw Malformed("a challenge's token is not base64url") }
    guard Self.lengths.contains(text.utf8.count) else {
      throw Malformed("a challenge's token has \(text.utf8.count) characters, not \(Self.lengths)")
    }
    self.text = text
  }

  package var description: String { text }
}
