internal import COpenSSL

/// The certificate that is shown to a CA that validates by tls-alpn-01, with a key of its own (RFC 8737 §3).
package struct ValidationCertificate: Sendable {
  /// 1.3.6.1.5.5.7.1.31, id-pe-acmeIdentifier.
  static let acmeIdentifier = "1.3.6.1.5.5.7.1.31"

  /// DER.
  package let certificate: [UInt8]
  /// DER of the private key, which nobody writes to any more.
  package nonisolated(unsafe) let key: SecretBytes

  /// Self-signed, with `identifier` as its only name, and the digest of the key authorization in a critical
  /// acmeIdentifier extension.
  package init(for identifier: Identifier, keyAuthorization: String) throws {
    let key = try PrivateKey.generate(.p256)
    let certificate = try OpenSSLError.check(X509_new())
    defer { X509_free(certificate) }
    try OpenSSLError.check(X509_set_version(certificate, 2 /* v3 */))
    try OpenSSLError.check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 1))
    // Nobody looks at the times; a CA's clock may be a little behind ours.
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400)
    X509_gmtime_adj(X509_getm_notAfter(certificate), 7 * 86400)
    try OpenSSLError.check(X509_set_pubkey(certificate, key.pointer))

    let names = try SubjectNames.generalNames([identifier])
    defer { GENERAL_NAMES_free(names) }
    try Self.add(
      X509V3_EXT_i2d(NID_subject_alt_name, 1 /* critical: there is no subject */, UnsafeMutableRawPointer(names)),
      to: certificate)
    try Self.add(Self.extension(Self.proof(of: keyAuthorization)), to: certificate)
    try SecretMemory.wipingStack {
      try OpenSSLError.check(X509_sign(certificate, key.pointer, key.publicKey.digest))
    }

    self.certificate = try encodedDER { i2d_X509(certificate, $0) }
    self.key = try secretDER { i2d_PrivateKey(key.pointer, $0) }
  }

  /// DER of an OCTET STRING of the 32 octets, which the extension has within its own.
  static func proof(of keyAuthorization: String) -> [UInt8] {
    let digest = SHA256.digest(of: Array(keyAuthorization.utf8))
    return [0x04, UInt8(digest.count)] + digest
  }

  private static func `extension`(_ octets: [UInt8]) throws -> OpaquePointer? {
    let object = try OpenSSLError.check(OBJ_txt2obj(acmeIdentifier, 1))
    defer { ASN1_OBJECT_free(object) }
    let value = try OpenSSLError.check(ASN1_OCTET_STRING_new())
    defer { ASN1_OCTET_STRING_free(value) }
    try OpenSSLError.check(ASN1_OCTET_STRING_set(value, octets, Int32(octets.count)))
    return X509_EXTENSION_create_by_OBJ(nil, object, 1 /* critical */, value)
  }

  private static func add(_ made: OpaquePointer?, to certificate: OpaquePointer) throws {
    let made = try OpenSSLError.check(made)
    defer { X509_EXTENSION_free(made) }
    try OpenSSLError.check(X509_add_ext(certificate, made, -1))
  }
}
