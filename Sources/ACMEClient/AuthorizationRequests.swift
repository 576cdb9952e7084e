package import ACMECore

/// Authorizations and challenges, RFC 8555 §7.5.
extension Client {
  package func authorization(at url: ACMEURL) throws -> Authorization {
    try authorization(in: perform(fetch(url)), from: url)
  }

  /// Fetches the authorizations at `urls` side by side; `each` gets them as they come.
  package func authorizations(at urls: [ACMEURL], each: (Authorization) throws -> Void) throws {
    try perform(urls.map(fetch)) { index, result in
      try each(authorization(in: result.get(), from: urls[index]))
    }
  }

  private func fetch(_ url: ACMEURL) throws -> SignedRequest {
    SignedRequest(fetching: .authorization, at: try checked(url, "the authorization"))
  }

  private func authorization(in response: HTTPResponse, from url: ACMEURL) throws -> Authorization {
    try response.parsed("the authorization \(url)") { try Authorization($0, url: url) }
  }

  /// Tells the CA to look now (§7.5.1): an empty object to the challenge's URL.
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then the authorization says.
  package func respond(to challenge: Challenge.Answerable) throws {
    _ = try perform(request(answering: challenge))
  }

  /// The same for many, side by side; `each` gets why the one at its index failed, or nil.
  package func respond(
    to challenges: [Challenge.Answerable], each: (_ index: Int, _ error: (any Error)?) throws -> Void
  ) throws {
    try perform(challenges.map(request)) { index, result in
      if case .failure(let error) = result { try each(index, error) } else { try each(index, nil) }
    }
  }

  private func request(answering challenge: Challenge.Answerable) throws -> SignedRequest {
    SignedRequest(
      url: try checked(challenge.url, "the challenge"), payload: Array("{}".utf8), purpose: .challenge,
      repeatable: .afterLookUp)
  }

  /// Gives an authorization up (§7.5.2).
  package func deactivate(authorization url: ACMEURL) throws -> Authorization {
    let payload: JSONObject = ["status": .string(Status.deactivated.rawValue)]
    let response = try perform(
      SignedRequest(
        url: checked(url, "the authorization"), payload: Array(payload.text.utf8),
        purpose: .deactivation))
    return try authorization(in: response, from: url)
  }
}
