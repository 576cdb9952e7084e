import ACMEClient
import ACMECore
import ACMETool

/// From `ready` to `valid`; what was asked for already is not asked for again.
struct Finalization {
  /// How often finalize is sent, where the CA seems not to have seen it.
  private static let maxTries = 3

  /// A CA of several machines may need a moment until all know how the order stands.
  private static let pauseWhereReady = 1.0

  let client: Client
  let output: OutputOptions
  let tool: Tool

  /// Whatever ends it, what the CA has said last of the order is said with it.
  func run(_ document: inout OrderDocument) throws {
    do { try goOn(with: &document) } catch var failure as Failure {
      failure.add(lastWordsOf: document)
      throw failure
    }
  }

  private func goOn(with document: inout OrderDocument) throws {
    // A saved document may be older than the CA's work.
    if document.order.status == .pending { try refresh(&document) }
    for attempt in 1...Self.maxTries where document.order.status == .ready {
      try client.refuseDead(&document)
      try finalize(&document, isLast: attempt == Self.maxTries)
    }
    if document.order.status == .processing { try awaitCertificate(&document) }
    try client.refuseDead(&document)
    switch document.order.status {
    case .valid:
      guard document.order.certificate != nil else {
        throw Failure(.protocolBroken, "the order \(document.url) is valid, but names no certificate")
      }
    case .pending:
      throw Failure(
        .notNow, "the order \(document.url) is still pending: its authorizations aren't all valid",
        hint: "acme-challenge respond, where the CA hasn't been told to look, then acme-challenge wait")
    default: return
    }
  }

  private func finalize(_ document: inout OrderDocument, isLast: Bool) throws {
    guard let url = document.order.finalize else {
      throw Failure(.protocolBroken, "the order \(document.url) has no finalize URL")
    }
    let failure: Failure
    let pause: Double
    try output.refuseWithoutReader()
    do {
      let answer = try client.finalize(url, request: document.csr)
      try update(&document, answer.order)
      if answer.order.status == .processing { try awaitCertificate(&document, answer.retryAfter) }
      guard document.order.status == .ready else { return }
      failure = Failure(.notNow, "the CA doesn't begin to issue the order \(document.url)")
      pause = max(answer.retryAfter?.seconds ?? 0, Self.pauseWhereReady)
    } catch let lost as LostAnswer {
      (failure, pause) = (lost.failure, max(0, lost.notBefore - client.budget.clock.monotonic()))
      try refresh(&document)
    } catch let refusal as Failure where refusal.status == .refused || refusal.problem?.type == .orderNotReady {
      // RFC 8555 §7.4: what the order's status says decides. An earlier run may have been heard already.
      (failure, pause) = (refusal, Self.pauseWhereReady)
      try refresh(&document)
      let isOpen = [.ready, .pending, .invalid].contains(document.order.status)
      if isOpen, refusal.problem?.type != .orderNotReady { throw refusal }
    }
    guard document.order.status == .ready else { return }
    guard !isLast else { throw failure }
    try client.budget.wait(pause, for: "the order \(document.url) waits to be finalized", retryAt: failure.retryAt)
  }

  private func awaitCertificate(_ document: inout OrderDocument, _ retryAfter: RetryAfter? = nil) throws {
    defer { tool.messages.progress(nil) }
    let url = document.url
    say(document)
    let order = try client.pollOrder(
      url, for: "the CA is issuing the order \(url)", retryAfter: retryAfter,
      isDone: { $0.status != .processing },
      eachTime: { order in
        try update(&document, order)
        say(document)
      })
    try update(&document, order)
  }

  private func say(_ document: OrderDocument) {
    let words = document.order.error.map { "\($0.summary); " } ?? ""
    tool.messages.progress(words + "the CA is issuing the certificate")
  }

  private func refresh(_ document: inout OrderDocument) throws {
    try update(&document, client.order(at: document.url))
  }

  private func update(_ document: inout OrderDocument, _ order: Order) throws {
    try document.update(order)
    tool.order = document
  }
}
