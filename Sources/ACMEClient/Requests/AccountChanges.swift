package import ACMECore

/// What becomes of an account after it was made, RFC 8555 §7.3.2 to §7.3.6. All of it is for the account of the signing
/// key, which is known by a document or was looked up.
extension Client {
  /// Changes the members in `changes`, and nothing else (§7.3.2). Gives back the account as the CA's answer shows it.
  ///
  /// Throws `LostAnswer` where that shows no account: somebody else may have answered in the CA's place. It does no harm
  /// to send the same again.
  package func update(_ changes: JSONObject) throws -> Account {
    let url = try ownAccount()
    let response = try perform(
      SignedRequest(url: url, payload: Array(changes.text.utf8), purpose: .accountUpdate))
    guard let account = Account(shownIn: response) else {
      throw lostAnswer(
        Failure(
          .protocolBroken,
          "\(HTTPRequest.Purpose.accountUpdate) (\(url)): the answer shows no account\(response.excerpt)"))
    }
    return account
  }

  /// Closes the account for good (§7.3.6). Gives back the account as the CA's answer shows it.
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then the look-up says.
  package func deactivateAccount() throws -> Account {
    let changes: JSONObject = ["status": .string(Status.deactivated.rawValue)]
    let response = try perform(
      SignedRequest(
        url: ownAccount(), payload: Array(changes.text.utf8), purpose: .accountDeactivation, repeatable: .afterLookUp))
    guard let account = Account(shownIn: response) else {
      throw lostAnswer(
        Failure(.protocolBroken, "the CA took the deactivation, and doesn't say what the account is now"))
    }
    return account
  }

  /// Gives the account the key `new` in place of the one that signs here (§7.3.5).
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it, or its answer doesn't show the account, which it
  /// needn't: then look-ups by both keys say.
  package func changeKey(to new: Signer) throws -> Account {
    guard let signer else { throw Failure(.bug, "keyChange: there is no key") }
    let account = try ownAccount()
    return try atEndpoint(.keyChange) { url in
      let inner = try reading("signing keyChange", status: .bug) {
        try JWS(keyChangeOf: account, from: signer.jwk, to: new, url: url)
      }
      let response = try perform(
        SignedRequest(
          url: url, payload: Array(inner.object.text.utf8), purpose: .keyChange, repeatable: .afterLookUp))
      guard let account = Account(shownIn: response) else {
        throw lostAnswer(Failure(.protocolBroken, "keyChange (\(url)): the answer shows no account"))
      }
      return account
    }
  }

  private func ownAccount() throws -> ACMEURL {
    guard let accountURL else { throw Failure(.bug, "there is no account that a request could be made for") }
    return accountURL
  }
}

extension Account {
  /// nil where the answer shows none: whether the CA has acted, the answer doesn't say.
  fileprivate init?(shownIn response: HTTPResponse) {
    guard response.showsStatus, let account = try? response.parsed("the account", { try Account($0) })
    else { return nil }
    self = account
  }
}
