/// Token and account key in one, which is what the CA looks for (RFC 8555 §8.1). Each challenge type shows
/// another projection of it.
package struct KeyAuthorization: Equatable, Sendable {
  package let text: String

  package init(token: Token, thumbprint: String) { text = "\(token.text).\(thumbprint)" }

  private var digest: [UInt8] { SHA256.digest(of: Array(text.utf8)) }

  /// The value of the TXT record (§8.4).
  package var dnsValue: String { Base64URL.encode(digest) }

  /// SHA-256 in lower-case hex, as in the acmeIdentifier extension (RFC 8737 §3).
  var tlsDigest: String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
