internal import COpenSSL

extension CertificateRequest {
  /// A new request for `identifiers`, signed by the key that it holds: names in the SAN, no extended key usage, an empty subject
  /// unless there is a `commonName`.
  ///
  /// - Parameter mustStaple: ask for the TLS feature extension with status_request (RFC 7633).
  package init(
    for identifiers: [Identifier], signer: Signer, commonName: Identifier? = nil, mustStaple: Bool = false
  ) throws {
    let request = try OpenSSLError.check(X509_REQ_new())
    defer { X509_REQ_free(request) }
    try OpenSSLError.check(X509_REQ_set_version(request, 0 /* v1, the only one there is */))
    if let commonName {
      // RFC 5280 appendix A: ub-common-name is 64.
      guard commonName.value.utf8.count <= 64 else { throw Malformed("a common name has 64 characters at most") }
      try OpenSSLError.check(
        X509_NAME_add_entry_by_NID(
          X509_REQ_get_subject_name(request), NID_commonName, MBSTRING_UTF8, Array(commonName.value.utf8),
          Int32(commonName.value.utf8.count), -1, 0))
    }
    let key = try OpenSSLError.check(
      decodedDER(signer.publicKey.info, { d2i_PUBKEY(nil, $0, $1) }, free: EVP_PKEY_free))
    defer { EVP_PKEY_free(key) }
    try OpenSSLError.check(X509_REQ_set_pubkey(request, key))

    let extensions = try OpenSSLError.check(COpenSSL_X509_EXTENSION_stack())
    defer { COpenSSL_X509_EXTENSION_free(extensions) }
    let names = try SubjectNames.generalNames(identifiers)
    defer { GENERAL_NAMES_free(names) }
    try Self.push(X509V3_EXT_i2d(NID_subject_alt_name, 0, UnsafeMutableRawPointer(names)), to: extensions)
    if mustStaple {
      try Self.push(X509V3_EXT_conf_nid(nil, nil, NID_tlsfeature, "status_request"), to: extensions)
    }
    try OpenSSLError.check(X509_REQ_add_extensions(request, extensions))

    try Self.sign(request, by: signer)
    try self.init(der: encodedDER { i2d_X509_REQ(request, $0) })
  }

  private static func sign(_ request: OpaquePointer, by signer: Signer) throws {
    let jwk = signer.jwk
    let algorithm = try OpenSSLError.check(X509_ALGOR_new())
    defer { X509_ALGOR_free(algorithm) }
    // RFC 4055 §5 wants NULL as the parameters for RSA, RFC 5758 §3.2 and RFC 8410 §3 none for the others.
    let parameters = if case .rsa = jwk.material { V_ASN1_NULL } else { V_ASN1_UNDEF }
    try OpenSSLError.check(X509_ALGOR_set0(algorithm, OBJ_nid2obj(jwk.signatureAlgorithm), parameters, nil))
    try OpenSSLError.check(X509_REQ_set1_signature_algo(request, algorithm))

    let info = try encodedDER { i2d_re_X509_REQ_tbs(request, $0) }
    var octets = jwk.plainSignature(try signer.sign(info))
    let signature = try OpenSSLError.check(ASN1_BIT_STRING_new())
    guard ASN1_BIT_STRING_set(signature, &octets, Int32(octets.count)) == 1 else {
      ASN1_BIT_STRING_free(signature)
      throw OpenSSLError()
    }
    // It is octets: zero bits at its end are none that are left over.
    signature.pointee.flags = Int(ASN1_STRING_FLAG_BITS_LEFT)
    X509_REQ_set0_signature(request, signature)
  }

  private static func push(_ made: OpaquePointer?, to extensions: OpaquePointer) throws {
    let made = try OpenSSLError.check(made)
    guard COpenSSL_X509_EXTENSION_push(extensions, made) > 0 else {
      X509_EXTENSION_free(made)
      throw OpenSSLError()
    }
  }
}

extension JWK {
  /// OpenSSL's number for the signature algorithm of X.509.
  fileprivate var signatureAlgorithm: Int32 {
    switch material {
    case .ellipticCurve(.p256, _, _): NID_ecdsa_with_SHA256
    case .ellipticCurve(.p384, _, _): NID_ecdsa_with_SHA384
    case .ellipticCurve(.p521, _, _): NID_ecdsa_with_SHA512
    case .rsa: NID_sha256WithRSAEncryption
    case .ed25519: NID_ED25519
    }
  }
}
