internal import COpenSSL

/// A certificate request (PKCS#10, RFC 2986), its signature checked.
package struct CertificateRequest: Equatable {
  package let der: [UInt8]
  /// DER of the SubjectPublicKeyInfo, whatever kind of key it is.
  package let publicKeyInfo: [UInt8]
  /// nil for a kind of key that ACME has no signature for: the CA decides whether it certifies it.
  package let publicKey: PublicKey?
  /// The names that the certificate is asked for, each once: DNS and IP SANs, and common names that are DNS names.
  package let identifiers: [Identifier]

  /// Reads PEM with either label, any line ends and text around it, or DER.
  package init(_ bytes: [UInt8]) throws(Malformed) {
    guard bytes.firstRange(of: "-----BEGIN") != nil else {
      try self.init(der: bytes)
      return
    }
    let labels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]
    let blocks = try PEMText(bytes).blocks
    let requests = blocks.filter { labels.contains($0.label) }
    guard let request = requests.first else {
      let need = "a certificate request"
      throw blocks.first.map { Malformed(pemBlock: $0.label, insteadOf: need) }
        ?? Malformed("PEM, where \(need) is needed")
    }
    guard requests.count == 1 else { throw Malformed("there is more than one certificate request") }
    let der: [UInt8]
    do {
      let input = try MemoryBIO(request.text)
      let parsed = try OpenSSLError.check(PEM_read_bio_X509_REQ(input.pointer, nil, nil, nil))
      defer { X509_REQ_free(parsed) }
      der = try encodedDER { i2d_X509_REQ(parsed, $0) }
    } catch {
      throw Malformed("the certificate request can't be read (\(error.reason))")
    }
    try self.init(der: der)
  }

  package init(der: [UInt8]) throws(Malformed) {
    guard let request = decodedDER(der, { d2i_X509_REQ(nil, $0, $1) }, free: X509_REQ_free) else {
      throw Malformed("not a certificate request, neither PEM nor DER")
    }
    defer { X509_REQ_free(request) }
    try RequestSignature.verify(request)
    do {
      let key = try OpenSSLError.check(X509_REQ_get0_pubkey(request))
      publicKeyInfo = try encodedDER { i2d_PUBKEY(key, $0) }
      publicKey = try? PublicKey(key)
    } catch {
      throw Malformed("the certificate request's key can't be read (\(error.reason))")
    }
    ERR_clear_error()
    self.der = der
    let common = SubjectNames.values(NID_commonName, of: X509_REQ_get_subject_name(request))
    identifiers = try
      (ExtensionRequests.identifiers(of: request) + common.compactMap { $0.flatMap(SubjectNames.dnsName) }).unique
    guard !identifiers.isEmpty else { throw Malformed("the certificate request names no DNS name or IP address") }
  }

  /// PEM with the label of RFC 7468 §7.
  package var pem: String {
    get throws {
      guard let request = decodedDER(der, { d2i_X509_REQ(nil, $0, $1) }, free: X509_REQ_free) else {
        throw OpenSSLError()
      }
      defer { X509_REQ_free(request) }
      let out = try MemoryBIO()
      try OpenSSLError.check(PEM_write_bio_X509_REQ(out.pointer, request))
      return String(decoding: out.bytes, as: UTF8.self)
    }
  }
}
