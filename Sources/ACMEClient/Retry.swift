internal import ACMECore

/// Layer 4: one loop for every request.
extension Client {
  /// Sends `request` until it is answered with success, or it is no use to send it again.
  ///
  /// Throws `Failure` with the CA's last word, `LostAnswer` where the request is not to be repeated blindly, and
  /// `Interrupted`.
  func perform(_ request: some OutgoingRequest) throws -> HTTPResponse {
    var tries = Tries()
    while true {
      guard budget.remaining > 0 else { throw tries.lastFailure ?? budget.spent(on: "asking for \(request.purpose)") }
      let nonce = request.needsNonce ? try takeNonce() : nil
      do {
        let response = try exchange(request, nonce: nonce)
        guard let refusal = Refusal(response, of: request, now: budget.clock.wall()) else { return response }
        try afterRefusal(refusal, of: request, &tries)
      } catch let error as TransportError {
        try afterNoAnswer(error, to: request, &tries)
      }
    }
  }

  private func exchange(_ request: some OutgoingRequest, nonce: Nonce?) throws -> HTTPResponse {
    let outgoing = try request.httpRequest(nonce: nonce, signer: signer, account: accountURL)
    let response = try transport.exchange(outgoing, within: budget.remaining)
    log("\(request.purpose): \(outgoing.method.rawValue) \(outgoing.url): \(response.status)")
    keepNonce(of: response)
    return response
  }

  private func afterRefusal(_ refusal: Refusal, of request: some OutgoingRequest, _ tries: inout Tries) throws {
    tries.lastFailure = refusal.failure
    if refusal.isBadNonce {
      tries.badNonces += 1
      guard tries.badNonces < policy.badNonceAttempts else { throw refusal.failure }
      // "The client SHOULD retry with the nonce from the error response" (RFC 8555 §6.5): the others go.
      dropNonces()
      keepNonce(of: refusal.response)
      if tries.badNonces >= policy.badNonceAttemptsAtOnce {
        try wait(policy.badNoncePause * (0.5 + budget.clock.random()), orThrow: refusal.failure)
      }
      return
    }
    guard refusal.isServerFault else { throw refusal.failure }
    tries.faults += 1
    // 503 says that nothing was done with the request; after any other fault nobody knows.
    if refusal.response.status != 503 {
      if case .afterLookUp = request.repeatable { throw lostAnswer(refusal.failure, refusal.retryAfter) }
      if case .once = request.repeatable, tries.faults > 1 { throw refusal.failure }
    }
    guard tries.faults < policy.faultAttempts else { throw refusal.failure }
    try wait(refusal.retryAfter?.seconds ?? faultPause(tries.faults), orThrow: refusal.failure)
  }

  private func afterNoAnswer(
    _ error: TransportError, to request: some OutgoingRequest, _ tries: inout Tries
  ) throws {
    let what = "\(request.purpose) (\(request.url))"
    switch error {
    case .interrupted: throw Interrupted()
    case .tooLarge: throw unusable("\(what): the CA's answer is too large", request)
    case .badTrust(let reason): throw Failure(.input, "the trusted certificates can't be used: \(reason)")
    case .untrusted(let reason):
      throw Failure(
        .unreachable, "\(what): no trusted connection: \(reason)",
        hint: "for a CA of your own, name its root with --ca-bundle")
    case .unreachable(let reason):
      let failure = Failure(.unreachable, "\(what): \(reason)")
      tries.lastFailure = failure
      tries.unsent += 1
      guard tries.unsent < policy.connectAttempts else { throw failure }
      try wait(faultPause(tries.unsent), orThrow: failure)
    case .unintelligible(let reason): throw unusable("\(what): the answer isn't HTTP: \(reason)", request)
    case .timedOut:
      let failure = tries.lastFailure ?? budget.spent(on: "waiting for the CA's answer to \(what)")
      if case .afterLookUp = request.repeatable { throw lostAnswer(failure) }
      throw failure
    case .lost(let reason):
      let failure = Failure(.unreachable, "\(what): the answer was lost: \(reason)")
      tries.lastFailure = failure
      tries.faults += 1
      if case .afterLookUp = request.repeatable { throw lostAnswer(failure) }
      if case .once = request.repeatable, tries.faults > 1 { throw failure }
      guard tries.faults < policy.faultAttempts else { throw failure }
      try wait(faultPause(tries.faults), orThrow: failure)
    }
  }

  /// The CA may have acted on a request whose answer is of no use.
  private func unusable(_ message: String, _ request: some OutgoingRequest) -> any Error {
    let failure = Failure(.protocolBroken, message)
    if case .afterLookUp = request.repeatable { return lostAnswer(failure) }
    return failure
  }

  private func lostAnswer(_ failure: Failure, _ retryAfter: RetryAfter? = nil) -> LostAnswer {
    LostAnswer(failure: failure, pause: retryAfter?.seconds ?? faultPause(1))
  }

  private func faultPause(_ number: Int) -> Double {
    policy.pause(afterFault: number, random: budget.clock.random())
  }

  /// Waits, unless the time left is too short for that: then `failure` says more than "time is over" would.
  private func wait(_ seconds: Double, orThrow failure: Failure) throws {
    guard seconds < budget.remaining else {
      var failure = failure
      failure.retryAt = failure.retryAt ?? budget.clock.wall() + Int64(seconds.rounded(.up))
      throw failure
    }
    try budget.clock.sleep(seconds)
  }
}

private struct Tries {
  var badNonces = 0
  var faults = 0
  var unsent = 0
  var lastFailure: Failure?
}
