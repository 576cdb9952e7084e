import ACMECore
import ACMENetwork
import ACMETool

/// For whom it is checked: the CA and the account that the names are to be proved to, as far as they are known.
struct CheckedApplicant {
  let account: AccountDocument?
  let directory: ACMEURL

  /// A proof of `identifier` that no CA has asked for: its token is random, and so no order's.
  ///
  /// - Parameter target: where a CNAME leads that stands at the name of the record.
  func probe(for identifier: Identifier, by type: Challenge.Kind, target: RecordName? = nil) throws -> Proof {
    guard account != nil || ![.dnsAccount01, .dnsPersist01].contains(type) else {
      throw Failure(
        .usage, "the record of \(type) names the account, and the account document is missing",
        hint: "give it with -a FILE, or set ACME_ACCOUNT; acme-register makes it")
    }
    if let account, type == .dnsPersist01 { return try standing(identifier, of: account) }
    let token = try reading("a probe") { try Token(Self.randomText()) }
    // The account's URL shows in dns-account-01 alone, which isn't probed for nobody.
    let thumbprint = account?.jwk.thumbprint ?? Self.randomText()
    let applicant = Applicant(
      thumbprint: thumbprint, accountURL: account?.url ?? directory,
      directory: account?.ca.endpoints ?? Directory(JSONObject()))
    let publication = try reading("a probe for \(identifier)", status: .usage) {
      try Publication(type, identifier, token, target: target, of: applicant)
    }
    return Proof(
      identifier: identifier, identifierObject: identifier.withoutWildcard.object, type: type, token: token,
      keyAuthorization: KeyAuthorization(token: token, thumbprint: thumbprint), publication: publication)
  }

  /// The record that has to stand already.
  private func standing(_ identifier: Identifier, of account: AccountDocument) throws -> Proof {
    let directory = account.ca.endpoints
    guard !directory.issuerDomainNames.isEmpty else {
      throw Failure(.refused, "the CA \(account.ca.directory) announces no issuerDomainNames for dns-persist-01")
    }
    let challenge = try reading("a probe") {
      try Challenge(
        .object([
          "issuerDomainNames": .array(directory.issuerDomainNames.map { .string($0) }), "status": "pending",
          "type": .string(Challenge.Kind.dnsPersist01.rawValue), "url": .string(account.url.text),
        ]))
    }
    let applicant = Applicant(thumbprint: account.jwk.thumbprint, accountURL: account.url, directory: directory)
    let publication = try reading("the record of dns-persist-01", status: .refused) {
      try Publication(challenge, identifier: identifier, of: applicant)
    }
    return Proof(
      identifier: identifier, identifierObject: identifier.withoutWildcard.object, type: .dnsPersist01, token: nil,
      keyAuthorization: nil, publication: publication)
  }

  /// As many bits as a thumbprint has.
  private static func randomText() -> String { Base64URL.encode((0..<32).map { _ in UInt8.random(in: 0...255) }) }
}

extension Identifier {
  fileprivate var withoutWildcard: Identifier {
    if case .dns(let name, _) = self { .dns(name, wildcard: false) } else { self }
  }
}
