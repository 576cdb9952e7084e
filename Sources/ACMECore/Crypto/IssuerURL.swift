internal import COpenSSL

/// Where a certificate says that its issuer's can be had (RFC 5280 §4.2.2.1: caIssuers). What comes from there is
/// believed for its signature alone, so plain http will do, as nearly all of them are.
package struct IssuerURL: WebURL {
  package static let schemes = "http,https"

  package let text: String

  /// As strict as for an https URL.
  init(_ text: String) throws(Malformed) {
    let scheme = "http://"
    let isPlain = text.prefix(scheme.count).lowercased() == scheme
    _ = try ACMEURL(isPlain ? "https://" + text.dropFirst(scheme.count) : text)
    self.text = text
  }
}

extension Certificate {
  private static let maxIssuerURLs = 3

  /// Those that can be asked, in their order, and no more than a few. ldap, which is out of use, can't.
  package var issuerURLs: [IssuerURL] {
    guard let decoded = try? decodedExtension(NID_info_access, orSay: "") else { return [] }
    let all = OpaquePointer(decoded)
    defer { AUTHORITY_INFO_ACCESS_free(all) }
    let found = (0..<max(0, COpenSSL_ACCESS_DESCRIPTION_count(all))).compactMap { index -> IssuerURL? in
      guard let one = COpenSSL_ACCESS_DESCRIPTION_at(all, index), OBJ_obj2nid(one.pointee.method) == NID_ad_ca_issuers,
        let location = one.pointee.location, location.pointee.type == GEN_URI
      else { return nil }
      let octets = SubjectNames.octets(location.pointee.d.uniformResourceIdentifier)
      return try? IssuerURL(String(decoding: octets, as: UTF8.self))
    }
    return Array(found.prefix(Self.maxIssuerURLs))
  }

  /// The certificates in what such a place sends: DER, a certs-only PKCS #7 (both by RFC 5280), or PEM, which some do.
  package static func all(sentAsIssuers bytes: [UInt8]) throws(Malformed) -> [Certificate] {
    if let one = try? Certificate(der: bytes) { return [one] }
    if let all = certificates(inPKCS7: bytes) { return all }
    return try all(inPEM: bytes, atMost: CertificateChain.maxCertificates)
  }

  private static func certificates(inPKCS7 bytes: [UInt8]) -> [Certificate]? {
    guard
      let envelope = decodedDER(
        bytes, { OpaquePointer(d2i_PKCS7(nil, $0, $1)) }, free: { PKCS7_free(UnsafeMutablePointer($0)) })
    else { return nil }
    let message = UnsafeMutablePointer<PKCS7>(envelope)
    defer { PKCS7_free(message) }
    guard OBJ_obj2nid(message.pointee.type) == NID_pkcs7_signed, let signed = message.pointee.d.sign,
      let stack = signed.pointee.cert
    else { return nil }
    let count = min(Int(COpenSSL_X509_count(stack)), CertificateChain.maxCertificates)
    return (0..<max(0, count)).compactMap { index in
      guard let one = COpenSSL_X509_at(stack, Int32(index)), let der = try? encodedDER({ i2d_X509(one, $0) }) else {
        return nil
      }
      return try? Certificate(der: der)
    }
  }
}
