package import ACMEClient
package import ACMECore

extension OrderRun {
  /// Takes the order as the CA has it now; gives back how long that is to be believed.
  @discardableResult
  package func refresh() throws -> RetryAfter? {
    let (order, retryAfter) = try client.fetchOrder(at: document.url)
    try take(order)
    return retryAfter
  }

  /// Fetches the authorizations of the order that are not in the document yet, or may have changed.
  package func fetchAuthorizations() throws { try fetchAuthorizations(at: document.order.authorizations) }

  /// Fetches those that an earlier run couldn't, if the order waits for them.
  package func fetchMissingAuthorizations() throws {
    guard document.order.status == .pending else { return }
    try fetchAuthorizations(at: document.missingAuthorizations)
  }

  private func fetchAuthorizations(at urls: [ACMEURL]) throws {
    // An empty array is legal (RFC 9115), but then there is nothing to wait for.
    guard document.order.status != .pending || !document.order.authorizations.isEmpty else {
      throw Failure(.protocolBroken, "the order \(document.url) is pending, and has no authorization to be proved")
    }
    defer { tool.messages.progress(nil) }
    var count = 0
    try client.authorizations(at: urls) { authorization in
      try take(authorization)
      count += 1
      tool.messages.progress("fetching authorizations: \(count) of \(urls.count)")
    }
    sortAuthorizations()
  }

  /// Throws `Failure` 77 for an order from which no certificate can come any more; why, its authorizations tell. 76 where
  /// there is no telling what its status means.
  package func refuseDead() throws {
    let order = document.order
    if order.status == .invalid {
      try lookAgain(at: document.awaited.map(\.url) + document.missingAuthorizations)
      let told = document.awaited.filter { $0.challengeAtWork?.error != nil }
      try refuseFailedNames(givenUp: Set(told.map(\.url)))
    }
    guard !order.isOver else {
      guard order.status.isEnd else {
        throw Failure(
          .protocolBroken, "the order \(document.url) has a status that isn't known here: \"\(order.status)\"")
      }
      throw Failure(
        .refused, "the order \(document.url) is \(order.status)" + (order.error.map { ": \($0.summary)" } ?? ""),
        problem: order.error)
    }
  }

  /// Takes what can be had of these authorizations now. One that can't be had, or makes no sense, stays as it was:
  /// there is something else to be said already.
  ///
  /// Throws `Interrupted`.
  package func lookAgain(at urls: [ACMEURL]) throws {
    try client.authorizations(thatCanBeHadAt: urls) { try? take($0) }
  }
}
