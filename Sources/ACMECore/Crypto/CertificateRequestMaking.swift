internal import COpenSSL

extension CertificateRequest {
  /// A new request for `identifiers`, signed by `key`: names in the SAN, no extended key usage, an empty subject
  /// unless there is a `commonName`.
  ///
  /// - Parameter mustStaple: ask for the TLS feature extension with status_request (RFC 7633).
  package init(
    for identifiers: [Identifier], key: PrivateKey, commonName: Identifier? = nil, mustStaple: Bool = false
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
    try OpenSSLError.check(X509_REQ_set_pubkey(request, key.pointer))

    let extensions = try OpenSSLError.check(COpenSSL_X509_EXTENSION_stack())
    defer { COpenSSL_X509_EXTENSION_free(extensions) }
    let names = try SubjectNames.generalNames(identifiers)
    defer { GENERAL_NAMES_free(names) }
    try Self.push(X509V3_EXT_i2d(NID_subject_alt_name, 0, UnsafeMutableRawPointer(names)), to: extensions)
    if mustStaple {
      try Self.push(X509V3_EXT_conf_nid(nil, nil, NID_tlsfeature, "status_request"), to: extensions)
    }
    try OpenSSLError.check(X509_REQ_add_extensions(request, extensions))

    try OpenSSLError.check(X509_REQ_sign(request, key.pointer, key.digest))
    try self.init(der: encodedDER { i2d_X509_REQ(request, $0) })
  }

  private static func push(_ made: OpaquePointer?, to extensions: OpaquePointer) throws {
    let made = try OpenSSLError.check(made)
    guard COpenSSL_X509_EXTENSION_push(extensions, made) > 0 else {
      X509_EXTENSION_free(made)
      throw OpenSSLError()
    }
  }
}
