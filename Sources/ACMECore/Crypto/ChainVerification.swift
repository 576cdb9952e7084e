/// What is verified of a chain before it is written. Whether anybody trusts its top is not asked.
extension CertificateChain {
  /// Throws `Malformed` unless the first certificate is no CA's, and each after it is a CA's that may sign certificates
  /// and has signed the one before.
  package func verifyPath() throws(Malformed) {
    for (index, pair) in zip(certificates, certificates.dropFirst()).enumerated() {
      switch pair.0.signature(by: pair.1) {
      case .good: continue
      case .bad: throw Malformed("\(name(index)) isn't signed by the next (\(pair.1.subject))")
      case .unknown:
        throw Malformed("the signature on \(name(index)) can't be checked here: libcrypto doesn't know its algorithm")
      }
    }
    for (index, certificate) in certificates.enumerated() {
      let fault: String?
      do { fault = try index == 0 ? certificate.faultAsLeaf : certificate.faultAsIssuer } catch { fault = error.reason }
      if let fault { throw Malformed("\(name(index)): \(fault)") }
    }
  }

  private func name(_ index: Int) -> String {
    "certificate \(index + 1) of the chain (\(certificates[index].subject))"
  }
}

extension Certificate {
  fileprivate var faultAsLeaf: String? {
    get throws(Malformed) { try isCA ? "it is a CA's, no leaf" : nil }
  }

  fileprivate var faultAsIssuer: String? {
    get throws(Malformed) {
      guard try isCA else { return "it is no CA's, and can't vouch for the one before" }
      return try maySignCertificates ? nil : "its keyUsage doesn't let it sign certificates"
    }
  }
}
