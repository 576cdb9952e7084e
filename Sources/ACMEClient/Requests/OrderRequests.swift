package import ACMECore

/// Orders and certificates, RFC 8555 §7.4.
extension Client {
  /// Places an order; `asked` is what newOrder takes.
  package func newOrder(_ asked: JSONObject) throws -> (url: ACMEURL, order: Order) {
    try atEndpoint(.newOrder) { url in
      let response = try perform(
        SignedRequest(url: url, payload: Array(asked.text.utf8), purpose: .newOrder, repeatable: .once))
      let order = try response.parsed("the new order") { try Order($0) }
      return (try allowed(response.location(.newOrder, from: url), "the new order"), order)
    }
  }

  /// - Parameter isGivenUp: whether this account has given it up: then there may be little left of it.
  package func order(at url: ACMEURL, isGivenUp: Bool = false) throws -> Order {
    try fetchOrder(at: url, isGivenUp: isGivenUp).order
  }

  package func fetchOrder(
    at url: ACMEURL, isGivenUp: Bool = false
  ) throws -> (order: Order, retryAfter: RetryAfter?) {
    let response = try perform(SignedRequest(fetching: .order, at: allowed(url, "the order")))
    let order = try response.parsed("the order \(url)") { try Order($0, isGivenUp: isGivenUp) }
    return (order, retryAfter(of: response))
  }

  /// Asks for the certificate (§7.4: finalize).
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it, or what has come of that: then the order says.
  package func finalize(_ url: ACMEURL, request: CertificateRequest) throws -> (order: Order, retryAfter: RetryAfter?) {
    let payload: JSONObject = ["csr": .string(Base64URL.encode(request.der))]
    let response = try perform(
      SignedRequest(
        url: allowed(url, "finalize"), payload: Array(payload.text.utf8), purpose: .finalize,
        repeatable: .afterLookUp))
    do {
      return (try response.parsed("the answer to finalize") { try Order($0) }, retryAfter(of: response))
    } catch let failure as Failure where !response.showsStatus {
      throw lostAnswer(failure)
    }
  }

  func retryAfter(of response: HTTPResponse) -> RetryAfter? {
    response.retryAfter(now: budget.clock.wall())
  }
}
