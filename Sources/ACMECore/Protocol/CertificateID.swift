/// What a CA knows a certificate by when it is asked when to renew it (RFC 9773 §4.1): whose key has signed it, and its
/// serial number.
package struct CertificateID: Hashable, Sendable, CustomStringConvertible {
  /// In base64url, with a dot between the two: a segment of a URL.
  package let text: String

  /// - Parameter serialNumber: its DER without tag and length. The leading zero of one whose first bit is set is part
  ///   of it.
  init(authorityKeyIdentifier: [UInt8], serialNumber: some Sequence<UInt8>) {
    text = "\(Base64URL.encode(authorityKeyIdentifier)).\(Base64URL.encode(Array(serialNumber)))"
  }

  package var description: String { text }
}

extension Certificate {
  /// nil where it doesn't say which key has signed it. Its times need not make sense.
  package var id: CertificateID? {
    guard let issuer = authorityKeyIdentifier, !issuer.isEmpty, let serial = try? serialNumber else { return nil }
    return CertificateID(authorityKeyIdentifier: issuer, serialNumber: DER.content(of: serial))
  }
}
