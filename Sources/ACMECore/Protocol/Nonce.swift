/// A replay nonce: one or more base64url characters, sent back as it came (RFC 8555 §6.5.1).
package struct Nonce: Hashable, Sendable {
  static let maxLength = 1024

  package let text: String

  package init(_ text: String) throws(Malformed) {
    guard Base64URL.isAlphabetic(text), text.utf8.count <= Self.maxLength else {
      throw Malformed("not a replay nonce")
    }
    self.text = text
  }
}
