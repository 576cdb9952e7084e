internal import COpenSSL

/// Certificates that are trusted by themselves.
package struct TrustedRoots {
  private static let maxCertificates = 1000

  private let certificates: [Certificate]

  package init(pem: [UInt8]) throws(Malformed) {
    certificates = try Certificate.all(inPEM: pem, atMost: Self.maxCertificates)
  }

  /// Whether one of them has signed `certificate`, as far as that can be told here.
  package func vouch(for certificate: Certificate) -> Bool {
    certificates.contains { certificate.signature(by: $0) == .good }
  }

  /// Why `chain` doesn't verify against them at the time `now` (RFC 5280 §6); nil where it does.
  package func objection(to chain: CertificateChain, at now: Timestamp) throws -> String? {
    let store = try OpenSSLError.check(X509_STORE_new())
    defer { X509_STORE_free(store) }
    for root in certificates { try OpenSSLError.check(X509_STORE_add_cert(store, root.pointer)) }
    let others = try OpenSSLError.check(COpenSSL_X509_stack())
    defer { COpenSSL_X509_stack_free(others) }
    for issuer in chain.certificates.dropFirst() {
      try OpenSSLError.check(COpenSSL_X509_push(others, issuer.pointer))
    }
    let context = try OpenSSLError.check(X509_STORE_CTX_new())
    defer { X509_STORE_CTX_free(context) }
    try OpenSSLError.check(X509_STORE_CTX_init(context, store, chain.leaf.pointer, others))
    X509_STORE_CTX_set_time(context, 0, time_t(now.seconds))
    defer { ERR_clear_error() }
    guard X509_verify_cert(context) != 1 else { return nil }
    let reason = String(cString: X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(context))))
    guard let current = X509_STORE_CTX_get_current_cert(context), let der = try? encodedDER({ i2d_X509(current, $0) }),
      let certificate = try? Certificate(der: der)
    else { return reason }
    // To libcrypto a signature by an algorithm that it doesn't know is one that fails.
    let isUnknown = (chain.certificates + certificates).contains { certificate.signature(by: $0) == .unknown }
    return "\(certificate.subject): \(isUnknown ? "its signature can't be checked here" : reason)"
  }
}
