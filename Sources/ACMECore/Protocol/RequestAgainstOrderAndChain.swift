/// What has to agree with the certificate request: the account's key not, the order's names, the certificate's key and
/// names.
extension CertificateRequest {
  /// Throws `Failure` 65 where it is for the key of the account (RFC 8555 §11.1).
  package func refuseKey(ofAccount jwk: JWK) throws(Failure) {
    guard publicKey?.jwk != jwk else {
      throw Failure(
        .input, "the certificate request is for the account's own key", hint: "make the site a key of its own")
    }
  }

  package func names(are identifiers: [Identifier]) -> Bool { Set(identifiers) == Set(self.identifiers) }

  /// The same of an order. One that is over may not say them.
  package func names(are order: Order) -> Bool { order.isOver || names(are: order.identifiers) }
}

extension CertificateChain {
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
}
