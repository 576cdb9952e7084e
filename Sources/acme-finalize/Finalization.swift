import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// From `ready` to `valid`; what was asked for already is not asked for again (RFC 8555 §7.4).
extension OrderRun {
  /// How often finalize is sent, where the CA seems not to have seen it.
  private static let maxTries = 3

  /// A CA of several machines may need a moment until all know how the order stands.
  private static let pauseWhereReady = 1.0

  /// Has the certificate issued. Whatever ends that, what the CA has said last of the order is said with it.
  ///
  /// - Parameter output: where the product goes; nothing is finalized for a reader that is gone.
  func finalize(for output: some Destination) throws {
    do { try goOn(for: output) } catch var failure as Failure {
      failure.add(lastWordsOf: document)
      throw failure
    }
  }

  private func goOn(for output: some Destination) throws {
    // A saved document may be older than the CA's work.
    var retryAfter: RetryAfter?
    if document.order.status == .pending { retryAfter = try refresh() }
    for attempt in 1...Self.maxTries where document.order.status == .ready {
      try refuseDead()
      try output.refuseWithoutReader()
      try sendRequest(isLast: attempt == Self.maxTries)
    }
    if document.order.status == .processing { try awaitCertificate(retryAfter) }
    try refuseDead()
    switch document.order.status {
    case .valid:
      guard document.order.certificate != nil else {
        throw Failure(.protocolBroken, "the order \(document.url) is valid, but names no certificate")
      }
    case .pending:
      throw Failure(
        .notNow, "the order \(document.url) is still pending: its authorizations aren't all valid",
        hint: document.missingAuthorizations.isEmpty
          ? "acme-challenge respond, where the CA hasn't been told to look, then acme-challenge wait"
          : document.wayToTheMissing)
    default: return
    }
  }

  private func sendRequest(isLast: Bool) throws {
    guard let url = document.order.finalize else {
      throw Failure(.protocolBroken, "the order \(document.url) has no finalize URL")
    }
    let failure: Failure
    let pause: Double
    var retryAfter: RetryAfter?
    do {
      let order: Order
      (order, retryAfter) = try client.finalize(url, request: document.csr)
      tool.messages.step("sent the certificate request to \(url)")
      try take(order)
      failure = Failure(.notNow, "the CA doesn't begin to issue the order \(document.url)")
      pause = max(retryAfter?.seconds ?? 0, Self.pauseWhereReady)
    } catch let lost as LostAnswer {
      (failure, pause) = (lost.failure, lost.pause(client.budget.clock))
      // Where no time is left to look, it is finalize that took it.
      do { retryAfter = try refresh() } catch let late as Failure where late.status == .notNow { throw failure }
    } catch let refusal as Failure where refusal.status == .refused || refusal.problem?.type == .orderNotReady {
      // What the order's status says decides. An earlier run may have been heard already.
      (failure, pause) = (refusal, Self.pauseWhereReady)
      retryAfter = try refresh()
      let isOpen = [.ready, .pending, .invalid].contains(document.order.status)
      if isOpen, refusal.problem?.type != .orderNotReady { throw refusal }
    }
    if document.order.status == .processing { try awaitCertificate(retryAfter) }
    guard document.order.status == .ready else { return }
    guard !isLast else { throw failure }
    try client.budget.wait(pause, for: "the order \(document.url) waits to be finalized", retryAt: failure.retryAt)
  }

  private func awaitCertificate(_ retryAfter: RetryAfter?) throws {
    defer { tool.messages.progress(nil) }
    sayWhatIsAwaited()
    let order = try client.pollOrder(
      document.url, for: "the CA is issuing the order \(document.url)", retryAfter: retryAfter,
      isDone: { $0.status != .processing },
      eachTime: { order in
        try take(order)
        sayWhatIsAwaited()
      })
    try take(order)
  }

  private func sayWhatIsAwaited() {
    let words = document.order.error.map { "\($0.summary); " } ?? ""
    tool.messages.progress(words + "the CA is issuing the certificate")
  }
}
