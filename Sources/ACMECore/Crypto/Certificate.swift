internal import COpenSSL

/// An X.509 certificate (RFC 5280).
package final class Certificate {
  package let der: [UInt8]
  let pointer: OpaquePointer

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

  /// The names that it is valid for: DNS and IP SANs, and common names that are DNS names.
  package var identifiers: [Identifier] {
    get throws(Malformed) {
      try (alternativeNames + commonNames.compactMap { $0.flatMap(SubjectNames.dnsName) }).unique
    }
  }

  /// Its names for a message, or what it is called: it is no fault of a certificate to have none, or some that no CA of
  /// ours could prove.
  package var namesInWords: String {
    let list = (try? identifiers.list) ?? ""
    return list.isEmpty ? subject : list
  }

  /// The SANs. Throws `Malformed` for one that is neither a DNS name nor an address.
  var alternativeNames: [Identifier] {
    get throws(Malformed) {
      var mark: Int32 = -1
      let decoded = X509_get_ext_d2i(pointer, NID_subject_alt_name, &mark, nil)
      let names = try SubjectNames.checked(decoded, mark: mark)
      defer { GENERAL_NAMES_free(names) }
      return try SubjectNames.identifiers(names)
    }
  }

  /// Every common name; nil for one that can't be read.
  package var commonNames: [String?] { SubjectNames.values(NID_commonName, of: X509_get_subject_name(pointer)) }

  /// Whether it says that it may sign others (RFC 5280 §4.2.1.9). Throws `Malformed` where it says so in a way that can
  /// be read in two.
  var isCA: Bool {
    get throws(Malformed) {
      let fault = "its basicConstraints can't be read, or stand there twice"
      guard let decoded = try decodedExtension(NID_basic_constraints, orSay: fault) else { return false }
      let constraints = decoded.assumingMemoryBound(to: BASIC_CONSTRAINTS.self)
      defer { BASIC_CONSTRAINTS_free(constraints) }
      return constraints.pointee.ca != 0
    }
  }

  /// Whether its key may sign certificates; where nothing is said of it, it may do anything (RFC 5280 §4.2.1.3).
  var maySignCertificates: Bool {
    get throws(Malformed) {
      let fault = "its keyUsage can't be read, or stands there twice"
      guard let decoded = try decodedExtension(NID_key_usage, orSay: fault) else { return true }
      let usage = decoded.assumingMemoryBound(to: ASN1_BIT_STRING.self)
      defer { ASN1_BIT_STRING_free(usage) }
      return ASN1_BIT_STRING_get_bit(usage, Self.keyCertSign) != 0
    }
  }

  private static let keyCertSign: Int32 = 5

  /// nil where there is no such extension. The caller frees what it gets.
  func decodedExtension(_ kind: Int32, orSay reason: String) throws(Malformed) -> UnsafeMutableRawPointer? {
    var mark: Int32 = -1
    let decoded = X509_get_ext_d2i(pointer, kind, &mark, nil)
    ERR_clear_error()
    guard decoded != nil || mark == -1 else { throw Malformed(reason) }
    return decoded
  }

  /// From when to when it is valid (RFC 5280 §4.1.2.5).
  package var validity: (from: Timestamp, to: Timestamp) {
    get throws(Malformed) {
      (try Timestamp(X509_get0_notBefore(pointer)), try Timestamp(X509_get0_notAfter(pointer)))
    }
  }

  /// What tells the keys of its issuer apart (RFC 5280 §4.2.1.1); nil where it doesn't say, or not in a way that can be
  /// read.
  var authorityKeyIdentifier: [UInt8]? {
    let fault = "its authorityKeyIdentifier can't be read, or stands there twice"
    guard let decoded = try? decodedExtension(NID_authority_key_identifier, orSay: fault) else { return nil }
    let identifier = decoded.assumingMemoryBound(to: AUTHORITY_KEYID.self)
    defer { AUTHORITY_KEYID_free(identifier) }
    return identifier.pointee.keyid.map { SubjectNames.octets($0) }
  }

  /// DER of the serial number.
  var serialNumber: [UInt8] {
    get throws(OpenSSLError) { try encodedDER { i2d_ASN1_INTEGER(X509_get0_serialNumber(pointer), $0) } }
  }

  package enum Signature: Equatable {
    case good, bad
    /// By an algorithm, or for a kind of key, that libcrypto doesn't know.
    case unknown
  }

  /// How its signature looks by the key of `issuer`. Good only where that is named as its issuer.
  package func signature(by issuer: Certificate) -> Signature {
    defer { ERR_clear_error() }
    guard names(issuer) else { return .bad }
    guard let isUnsettled = Self.isUnsettled(X509_get_signature_nid(pointer)),
      let key = X509_get0_pubkey(issuer.pointer)
    else { return .unknown }
    switch X509_verify(pointer, key) {
    case 1: return .good
    case 0: return .bad
    default: return isUnsettled ? .unknown : .bad
    }
  }

  /// Whether it names the subject of `issuer` as its issuer. What that key says of it, only its signature tells.
  func names(_ issuer: Certificate) -> Bool {
    X509_NAME_cmp(X509_get_issuer_name(pointer), X509_get_subject_name(issuer.pointer)) == 0
  }

  /// Whether it is a root: nobody else vouches for it.
  package var isSelfSigned: Bool { signature(by: self) == .good }

  /// nil for an algorithm that can't be had here; else whether it depends on parameters what a failure means.
  private static func isUnsettled(_ algorithm: Int32) -> Bool? {
    var digest: Int32 = 0
    guard algorithm != NID_undef, OBJ_find_sigid_algs(algorithm, &digest, nil) == 1 else { return nil }
    guard digest != NID_undef else { return algorithm == NID_rsassaPss }
    guard let found = EVP_MD_fetch(nil, OBJ_nid2sn(digest), nil) else { return nil }
    EVP_MD_free(found)
    return false
  }

  /// The subject on one line, for messages.
  ///
  /// Where it is empty, as it may be next to a SAN, the first name.
  package var subject: String {
    let subject = Self.line(X509_get_subject_name(pointer))
    return subject.isEmpty ? (try? identifiers)?.first?.value ?? "no subject" : subject
  }
  package var issuer: String { Self.line(X509_get_issuer_name(pointer)) }

  /// Every common name of the issuer; nil for one that can't be read.
  package var issuerCommonNames: [String?] { SubjectNames.values(NID_commonName, of: X509_get_issuer_name(pointer)) }
  /// The organizations that its issuer says it belongs to.
  package var issuerOrganizations: [String] {
    SubjectNames.values(NID_organizationName, of: X509_get_issuer_name(pointer)).compactMap { $0 }
  }

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
