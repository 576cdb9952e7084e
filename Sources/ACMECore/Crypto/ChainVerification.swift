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

  /// Throws `Malformed` unless the leaf holds the request's key and exactly its names.
  package func verifyLeaf(isFor request: CertificateRequest) throws(Malformed) {
    guard let info = try? leaf.publicKeyInfo, info == request.publicKeyInfo else {
      throw Malformed("the certificate holds another key than the request")
    }
    let names = Set(try leaf.alternativeNames)
    let asked = Set(request.identifiers)
    var all = names
    for common in leaf.commonNames { all.formUnion(try Self.readings(of: common)) }
    let strange = all.subtracting(asked).map(\.value).sorted()
    let missing = asked.subtracting(names).map(\.value).sorted()
    guard strange.isEmpty, missing.isEmpty else {
      let differences =
        (strange.isEmpty ? [] : ["\(strange.joined(separator: ", ")) wasn't asked for"])
        + (missing.isEmpty ? [] : ["\(missing.joined(separator: ", ")) is missing"])
      throw Malformed("the certificate's names aren't the request's: \(differences.joined(separator: "; "))")
    }
  }

  /// What a client that goes by the common name could take it for: old ones stop at a NUL.
  private static func readings(of common: String?) throws(Malformed) -> [Identifier] {
    guard let common else { throw Malformed("a common name in the certificate can't be read") }
    let texts = [common, String(common.prefix { $0 != "\0" })].map(\.trimmingBlanks)
    return texts.compactMap { text in
      guard text.contains(where: { ".:\u{3002}".contains($0) }) else { return nil }
      return try? Identifier(typed: text)
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
