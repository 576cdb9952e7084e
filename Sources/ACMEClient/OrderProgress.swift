package import ACMECore

extension Client {
  /// The order as the CA has it now.
  package func refresh(_ document: inout OrderDocument) throws {
    try document.update(order(at: document.url))
  }

  /// Throws `Failure` 77 for an order from which no certificate can come any more; why, its authorizations tell.
  package func refuseDead(_ document: inout OrderDocument) throws {
    let order = document.order
    if order.status == .invalid {
      try lookAgain(at: document.awaited.map(\.url) + document.unknownAuthorizations, in: &document)
      let told = document.awaited.filter { $0.challengeAtWork?.error != nil }
      try document.refuseFailedNames(givenUp: Set(told.map(\.url)))
    }
    guard !order.isOver else {
      throw Failure(
        .refused, "the order \(document.url) is \(order.status)" + (order.error.map { ": \($0.summary)" } ?? ""),
        problem: order.error)
    }
  }

  /// Takes what can be had of these authorizations now. One that can't be had, or makes no sense, stays as it was:
  /// there is something else to be said already.
  package func lookAgain(at urls: [ACMEURL], in document: inout OrderDocument) throws {
    var updated = document
    defer { document = updated }
    try authorizations(thatCanBeHadAt: urls) { authorization in
      var newer = updated
      if (try? newer.update(authorization)) != nil { updated = newer }
    }
  }
}

extension OrderDocument {
  fileprivate var unknownAuthorizations: [ACMEURL] {
    let known = Set(authorizations.map(\.url))
    return order.authorizations.filter { !known.contains($0) }
  }
}
