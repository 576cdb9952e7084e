import ACMEClient
import ACMECore
import ACMETool

extension Client {
  /// How often a challenge is answered, where the CA seems not to have seen it.
  private static let maxAnswers = 3

  /// Fetches the authorizations of the order that are not in the document yet, or may have changed.
  func fetchAuthorizations(_ document: inout OrderDocument, _ tool: Tool) throws {
    // An empty array is legal (RFC 9115), but then there is nothing to wait for.
    guard document.order.status != .pending || !document.order.authorizations.isEmpty else {
      throw Failure(.protocolBroken, "the order \(document.url) is pending, and has no authorization to be proved")
    }
    for url in document.order.authorizations {
      try document.update(authorization(at: url))
      tool.order = document
    }
  }

  /// The order as it is now, and its authorizations while it is pending.
  func refreshAll(_ document: inout OrderDocument, _ tool: Tool) throws {
    try refresh(&document)
    tool.order = document
    try refuseDead(document)
    if document.order.status == .pending { try fetchAuthorizations(&document, tool) }
  }

  /// Tells the CA to look at the chosen challenges (RFC 8555 §7.5.1).
  func respond(_ document: inout OrderDocument, _ tool: Tool) throws {
    for authorization in document.authorizations where authorization.status == .pending {
      guard let chosen = authorization.chosen, chosen.status == .pending else { continue }
      try respond(by: chosen, to: authorization, &document, tool)
    }
  }

  private func respond(
    by chosen: Challenge, to authorization: Authorization, _ document: inout OrderDocument, _ tool: Tool
  ) throws {
    guard let answerable = chosen.answerable else { return }
    for answer in 1...Self.maxAnswers {
      let failure: Failure
      var pause: Double?
      do {
        return try respond(to: answerable)
      } catch let lost as LostAnswer {
        (failure, pause) = (lost.failure, lost.pause)
      } catch let refusal as Failure where refusal.status == .refused {
        // Somebody else may have answered it: a CA gives the same pending authorization to several orders.
        failure = refusal
      }
      let now = try self.authorization(at: authorization.url)
      try document.update(now)
      tool.order = document
      let isPending = now.status == .pending && now.chosen(of: chosen.type)?.status == .pending
      guard isPending || pause == nil && now.status == .invalid else { return }
      guard let pause, answer < Self.maxAnswers else { throw failure }
      try budget.wait(pause, for: "the challenge \(answerable.url) waits to be answered", retryAt: failure.retryAt)
    }
  }

  /// Polls until the order is no longer pending.
  func awaitReady(_ document: inout OrderDocument, _ tool: Tool) throws {
    guard document.order.status == .pending else { return try refuseDead(document) }
    var document_ = document
    defer {
      document = document_
      tool.messages.progress(nil)
    }
    let names = document.askedIdentifiers.list.shown(limit: 200)
    let order = try pollOrder(
      document.url, for: "the CA is validating \(names) (order \(document.url))",
      isDone: { $0.status != .pending },
      eachTime: { order, polls in
        tool.messages.progress("the CA is validating \(names)")
        try document_.update(order)
        // Some CAs leave authorization and order pending for ever when a challenge has failed.
        guard polls % 5 == 3 else { return }
        try fetchAuthorizations(&document_, tool)
        try refuseFailedChallenges(document_)
      })
    try document_.update(order)
    tool.order = document_
    guard order.status == .invalid else { return try refuseDead(document_) }
    try fetchAuthorizations(&document_, tool)
    try refuseFailedChallenges(document_)
    try refuseDead(document_)
  }
}

extension Authorization {
  fileprivate func chosen(of type: Challenge.Kind) -> Challenge? { challenges.first { $0.type == type } }
}
