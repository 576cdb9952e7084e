package import ACMECore

/// Authorizations and challenges, RFC 8555 §7.5.
extension Client {
  /// Fetches the authorizations at `urls` side by side; `each` gets them as they come.
  package func authorizations(at urls: [ACMEURL], each: (Authorization) throws -> Void) throws {
    try authorizationsWithPauses(at: urls) { authorization, _ in try each(authorization) }
  }

  /// The same, with how long each asks to be left alone.
  package func authorizationsWithPauses(
    at urls: [ACMEURL], each: (Authorization, RetryAfter?) throws -> Void
  ) throws {
    try perform(urls.map(fetch)) { index, result in
      let response = try result.get()
      try each(authorization(in: response, from: urls[index]), retryAfter(of: response))
    }
  }

  /// The same, of those alone that can be had.
  package func authorizations(thatCanBeHadAt urls: [ACMEURL], each: (Authorization) -> Void) throws {
    let requests = urls.compactMap { url in (try? fetch(url)).map { (url, $0) } }
    try perform(requests.map(\.1)) { index, result in
      guard let response = try? result.get(),
        let authorization = try? authorization(in: response, from: requests[index].0)
      else { return }
      each(authorization)
    }
  }

  private func fetch(_ url: ACMEURL) throws -> SignedRequest {
    SignedRequest(fetching: .authorization, at: try allowed(url, "the authorization"))
  }

  private func authorization(in response: HTTPResponse, from url: ACMEURL) throws -> Authorization {
    try response.parsed("the authorization \(url)") { try Authorization($0, url: url, isDocumented: false) }
  }

  /// Tells the CA to look now (§7.5.1): an empty object to the challenge's URL.
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then the authorization says.
  package func respond(to challenge: Challenge.Answerable) throws {
    _ = try perform(request(answering: challenge))
  }

  /// The same for many, side by side; `each` gets what the CA said of the challenge at its index, which may be nothing
  /// that makes sense, and how long it asks to be left alone; or why that failed.
  package func respond(
    to challenges: [Challenge.Answerable],
    each: (_ index: Int, _ result: Result<(challenge: JSONObject, retryAfter: RetryAfter?), any Error>) throws -> Void
  ) throws {
    try perform(challenges.map(request)) { index, result in
      try each(index, result.map { ((try? JSONObject(parsing: $0.body)) ?? JSONObject(), retryAfter(of: $0)) })
    }
  }

  private func request(answering challenge: Challenge.Answerable) throws -> SignedRequest {
    SignedRequest(
      url: try allowed(challenge.url, "the challenge"), payload: Array("{}".utf8), purpose: .challenge,
      repeatable: .afterLookUp)
  }

  /// Gives up the authorizations at `urls` (§7.5.2), side by side; `each` gets what came of the one at its index.
  package func deactivate(
    authorizations urls: [ACMEURL], each: (_ index: Int, _ result: Result<Authorization, any Error>) throws -> Void
  ) throws {
    let payload: JSONObject = ["status": .string(Status.deactivated.rawValue)]
    let requests = try urls.map { url in
      SignedRequest(
        url: try allowed(url, "the authorization"), payload: Array(payload.text.utf8), purpose: .deactivation)
    }
    try perform(requests) { index, result in
      try each(index, Result { try authorization(in: result.get(), from: urls[index]) })
    }
  }
}
