package import ACMECore

/// Accounts, RFC 8555 §7.3.
extension Client {
  package enum LookUp {
    case found(AccountDocument)
    /// The key has no account, as far as the CA's refusal tells.
    case refused(Failure)
  }

  /// Looks for the account that the signing key has already (§7.3.1: `onlyReturnExisting`), and acts for it from now
  /// on; or for the account of another key.
  package func lookUpAccount(of other: Signer? = nil) throws -> LookUp {
    do {
      return .found(try account(["onlyReturnExisting": .bool(true)], of: other, purpose: .accountLookUp))
    } catch let failure as Failure
      where (400..<500).contains(failure.httpStatus ?? 0) && failure.problem?.type != .rateLimited
      && failure.problem?.type != .badNonce
    {
      // CAs say "no" in more ways than accountDoesNotExist. A real refusal comes again with newAccount.
      return .refused(failure)
    }
  }

  /// A new account; or the existing one, as it was, where the key has one (§7.3).
  package func newAccount(
    contact: [String], termsOfServiceAgreed: Bool, externalAccount: ExternalAccount?
  ) throws -> AccountDocument {
    guard let signer else { throw Failure(.bug, "newAccount: there is no key") }
    var request = JSONObject()
    if !contact.isEmpty { request["contact"] = .array(contact.map { .string($0) }) }
    if termsOfServiceAgreed { request["termsOfServiceAgreed"] = .bool(true) }
    return try account(request, purpose: .newAccount) { url, request in
      guard let externalAccount else { return }
      let jws = try JWS(
        externalAccount: externalAccount.kid, algorithm: externalAccount.algorithm, macKey: externalAccount.macKey,
        jwk: signer.jwk, url: url)
      request["externalAccountBinding"] = .object(jws.object)
    }
  }

  private func account(
    _ request: JSONObject, of other: Signer? = nil, purpose: HTTPRequest.Purpose,
    bind: (ACMEURL, inout JSONObject) throws -> Void = { _, _ in }
  ) throws -> AccountDocument {
    guard let signer = other ?? signer else { throw Failure(.bug, "\(purpose): there is no key") }
    return try atEndpoint(.newAccount) { url in
      var request = request
      try bind(url, &request)
      let response = try perform(
        SignedRequest(url: url, payload: Array(request.text.utf8), purpose: purpose, key: .jwk(signer)))
      let account = try response.parsed("the CA's answer to \(purpose)") { try Account($0) }
      let location = try allowed(response.location(purpose, from: url), "the account")
      if other == nil { act(for: location) }
      return AccountDocument(ca: try ca(), url: location, jwk: signer.jwk, account: account)
    }
  }
}

/// What the CA handed out to bind a new account to one that it has of the person (RFC 8555 §7.3.4).
package struct ExternalAccount {
  let kid: String
  let macKey: SecretBytes
  let algorithm: MACAlgorithm

  package init(kid: String, macKey: SecretBytes, algorithm: MACAlgorithm) {
    self.kid = kid
    self.macKey = macKey
    self.algorithm = algorithm
  }
}
