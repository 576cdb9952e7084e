internal import COpenSSL

/// An X.509 certificate (RFC 5280).
package final class Certificate {
  package let der: [UInt8]
  private let pointer: OpaquePointer

  package init(der: [UInt8]) throws(Malformed) {
    guard let pointer = decodedDER(der, { d2i_X509(nil, $0, $1) }, free: X509_free) else {
      throw Malformed("not a certificate")
    }
    self.der = der
    self.pointer = pointer
  }

  deinit { X509_free(pointer) }

  /// DER of the SubjectPublicKeyInfo, whatever kind of key it is.
  package var publicKeyInfo: [UInt8] {
    get throws {
      let key = try OpenSSLError.check(X509_get0_pubkey(pointer))
      return try encodedDER { i2d_PUBKEY(key, $0) }
    }
  }

  /// nil for a kind of key that ACME has no signature for.
  package var publicKey: PublicKey? { X509_get0_pubkey(pointer).flatMap { try? PublicKey($0) } }

  /// The names that it is valid for: DNS and IP SANs, and a common name that is a DNS name.
  package var identifiers: [Identifier] {
    get throws(Malformed) {
      var mark: Int32 = -1
      let decoded = X509_get_ext_d2i(pointer, NID_subject_alt_name, &mark, nil)
      let names = try SubjectNames.checked(decoded, mark: mark)
      defer { GENERAL_NAMES_free(names) }
      let common = SubjectNames.commonName(of: X509_get_subject_name(pointer))
      return try (SubjectNames.identifiers(names) + [common].compactMap { $0 }).unique
    }
  }

  /// Whether `issuer` signed this certificate and is named as its issuer. Validity times are not looked at.
  package func isSigned(by issuer: Certificate) -> Bool {
    defer { ERR_clear_error() }
    guard X509_NAME_cmp(X509_get_issuer_name(pointer), X509_get_subject_name(issuer.pointer)) == 0,
      let key = X509_get0_pubkey(issuer.pointer)
    else { return false }
    return X509_verify(pointer, key) == 1
  }

  /// The subject on one line, for messages.
  ///
  /// Where it is empty, as it may be next to a SAN, the first name.
  package var subject: String {
    let subject = Self.line(X509_get_subject_name(pointer))
    return subject.isEmpty ? (try? identifiers)?.first?.value ?? "no subject" : subject
  }
  package var issuer: String { Self.line(X509_get_issuer_name(pointer)) }

  package var pem: String {
    get throws {
      let out = try MemoryBIO()
      try OpenSSLError.check(PEM_write_bio_X509(out.pointer, pointer))
      return String(decoding: out.bytes, as: UTF8.self)
    }
  }

  private static func line(_ name: OpaquePointer?) -> String {
    guard let out = try? MemoryBIO(), X509_NAME_print_ex(out.pointer, name, 0, COpenSSL_one_line_name) >= 0 else {
      return "?"
    }
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
