package import ACMECore

/// What becomes of an account after it was made, RFC 8555 §7.3.2 to §7.3.6. All of it is for the account of the signing
/// key, which is known by a document or was looked up.
extension Client {
  /// Changes the members in `changes`, and nothing else (§7.3.2).
  package func update(_ changes: JSONObject) throws -> Account {
    let response = try perform(
      SignedRequest(url: ownAccount(), payload: Array(changes.text.utf8), purpose: .accountUpdate))
    return try response.parsed("the CA's answer to \(HTTPRequest.Purpose.accountUpdate)") { try Account($0) }
  }

  /// Closes the account for good (§7.3.6).
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then the look-up says.
  package func deactivateAccount() throws -> Account {
    let changes: JSONObject = ["status": .string(Status.deactivated.rawValue)]
    let response = try perform(
      SignedRequest(
        url: ownAccount(), payload: Array(changes.text.utf8), purpose: .accountDeactivation, repeatable: .afterLookUp))
    return try response.parsed("the CA's answer to \(HTTPRequest.Purpose.accountDeactivation)") { try Account($0) }
  }

  /// Gives the account the key `new` in place of the one that signs here (§7.3.5). Gives back the account where the CA's
  /// answer shows it, which it needn't.
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then look-ups by both keys say.
  package func changeKey(to new: Signer) throws -> Account? {
    guard let signer else { throw Failure(.bug, "keyChange: there is no key") }
    let account = try ownAccount()
    return try atEndpoint(.keyChange) { url in
      let inner = try reading("signing keyChange", status: .bug) {
        try JWS(keyChangeOf: account, from: signer.jwk, to: new, url: url)
      }
      let response = try perform(
        SignedRequest(
          url: url, payload: Array(inner.object.text.utf8), purpose: .keyChange, repeatable: .afterLookUp))
      let object = try? JSONObject(parsing: response.body)
      return object?["status"] == nil ? nil : try object.map { try Account($0) }
    }
  }

  private func ownAccount() throws -> ACMEURL {
    guard let accountURL else { throw Failure(.bug, "there is no account that a request could be made for") }
    return accountURL
  }
}
