package import ACMECore

extension Client {
  /// The order as the CA has it now.
  package func refresh(_ document: inout OrderDocument) throws {
    try document.update(order(at: document.url))
  }

  /// Throws `Failure` 77 for an order from which no certificate can come any more.
  package func refuseDead(_ document: OrderDocument) throws {
    let order = document.order
    if order.status == .invalid {
      throw Failure(
        .refused, "the order \(document.url) is invalid" + (order.error.map { ": \($0.summary)" } ?? ""),
        problem: order.error)
    }
    guard [.pending, .ready, .processing, .valid].contains(order.status) else {
      throw Failure(.refused, "the order \(document.url) is \(order.status)")
    }
    guard !order.isExpired(at: budget.clock.wall()) else {
      throw Failure(
        .refused, "the order \(document.url) expired at \(order.expires?.description ?? "?")",
        hint: "make a new one with acme-challenge")
    }
  }
}
