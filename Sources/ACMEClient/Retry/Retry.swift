internal import ACMECore

/// What to do where a request was not answered with success: how long to wait until it is sent again, or what to say.
extension Client {
  func pauseAfter(_ refusal: Refusal, of request: any OutgoingRequest, _ tries: inout Tries) throws -> Double {
    tries.lastFailure = refusal.failure
    if refusal.isBadNonce {
      tries.badNonces += 1
      guard tries.badNonces < policy.badNonceAttempts else { throw refusal.failure }
      // "The client SHOULD retry with the nonce from the error response" (RFC 8555 §6.5): the others go.
      dropNonces()
      keepNonce(of: refusal.response, to: request.purpose)
      guard tries.badNonces >= policy.badNonceAttemptsAtOnce else { return 0 }
      return try affordable(policy.badNoncePause * (0.5 + budget.clock.random()), orThrow: refusal.failure)
    }
    if refusal.response.status == 404, request.mayBeElsewhere, request.worth == nil {
      tries.notFound += 1
      guard tries.notFound < policy.notFoundAttempts else { throw refusal.failure }
      return try affordable(
        max(refusal.retryAfter?.seconds ?? 0, policy.notFoundPause), orThrow: refusal.failure)
    }
    guard refusal.isServerFault, request.worth == nil else { throw refusal.failure }
    tries.faults += 1
    // 503 says that nothing was done with the request; after any other fault nobody knows.
    if refusal.response.status != 503 {
      tries.hasLostAnswer = true
      if case .afterLookUp = request.repeatable { throw lostAnswer(refusal.failure, refusal.retryAfter) }
      if case .once = request.repeatable, tries.faults > 1 { throw refusal.failure }
    }
    guard tries.faults < policy.faultAttempts else { throw refusal.failure }
    return try affordable(
      max(refusal.retryAfter?.seconds ?? 0, faultPause(tries.faults)), orThrow: refusal.failure)
  }

  func pauseAfter(
    _ error: TransportError, to request: any OutgoingRequest, _ tries: inout Tries
  ) throws -> Double {
    let what = "\(request.purpose) (\(request.url))"
    let whose = "\(request.purpose.addressee)'s"
    switch error {
    case .tooLarge: throw unusable("\(what): \(whose) answer is too large", request)
    case .notRecorded(let reason):
      // The run that was recorded had no more patience.
      if let failure = tries.lastFailure { throw failure }
      throw Failure(.input, "\(reason): \(request.method.rawValue) \(request.url) (\(request.purpose))")
    case .badTrust(let reason): throw Failure(.input, "the trusted certificates can't be used: \(reason)")
    case .untrusted(let reason):
      throw Failure(
        .unreachable, "\(what): no trusted connection: \(reason)",
        hint: ["not yet valid", "expired"].contains(where: reason.contains)
          ? "is this machine's clock right? it says \(budget.clock.wall())"
          : remedies.untrusted)
    case .unreachable(let reason), .noWayThrough(let reason):
      let isOfProxy = if case .noWayThrough = error { true } else { false }
      let failure = Failure(
        .unreachable, "\(what): \(reason)", hint: isOfProxy ? remedies.noWayThrough : remedies.unreachable)
      tries.lastFailure = failure
      tries.unsent += 1
      guard tries.unsent < policy.connectAttempts, request.worth == nil else { throw failure }
      return try affordable(faultPause(tries.unsent), orThrow: failure)
    case .unintelligible(let reason): throw unusable("\(what): the answer isn't HTTP: \(reason)", request)
    case .timedOut where request.worth.map { $0 < budget.remaining } ?? false:
      throw Failure(.unreachable, "\(what): there is no answer")
    case .timedOut:
      tries.hasLostAnswer = true
      let failure = tries.lastFailure ?? budget.spent(on: "waiting for \(whose) answer to \(what)")
      if case .afterLookUp = request.repeatable { throw lostAnswer(failure) }
      throw failure
    case .lost(let reason):
      let failure = Failure(.unreachable, "\(what): the answer was lost: \(reason)")
      tries.lastFailure = failure
      tries.faults += 1
      tries.hasLostAnswer = true
      if case .afterLookUp = request.repeatable { throw lostAnswer(failure) }
      if case .once = request.repeatable, tries.faults > 1 { throw failure }
      guard tries.faults < policy.faultAttempts, request.worth == nil else { throw failure }
      return try affordable(faultPause(tries.faults), orThrow: failure)
    }
  }

  /// A page, from whoever stands before the CA, is no sign that the CA has done what it was asked to.
  func refuseForeign(_ response: HTTPResponse, to request: any OutgoingRequest) throws {
    guard request.purpose.isDeed, !response.body.isEmpty, (try? JSON(parsing: response.body)) == nil else { return }
    throw unusable(
      "\(request.purpose) (\(request.url)): the answer isn't the CA's, since it is no JSON\(response.excerpt)", request)
  }

  /// The CA may have acted on a request whose answer is of no use.
  private func unusable(_ message: String, _ request: any OutgoingRequest) -> any Error {
    var failure = Failure(.protocolBroken, message)
    if case .afterLookUp = request.repeatable { return lostAnswer(failure) }
    failure.followsLostAnswer = true
    return failure
  }

  func lostAnswer(_ failure: Failure, _ retryAfter: RetryAfter? = nil) -> LostAnswer {
    LostAnswer(failure: failure, notBefore: budget.clock.monotonic() + max(retryAfter?.seconds ?? 0, faultPause(1)))
  }

  private func faultPause(_ number: Int) -> Double {
    policy.pause(afterFault: number, random: budget.clock.random())
  }

  /// The pause, unless the time left is too short for it: then `failure` says more than "time is over" would.
  private func affordable(_ pause: Double, orThrow failure: Failure) throws -> Double {
    guard pause < budget.remaining else {
      var failure = failure
      failure.retryAt = failure.retryAt ?? budget.clock.wall() + Int64(pause.rounded(.up))
      throw failure
    }
    return pause
  }
}

/// What became of a request so far.
struct Tries {
  var badNonces = 0
  var faults = 0
  var unsent = 0
  var notFound = 0
  /// Whether the CA may have acted on one of them.
  var hasLostAnswer = false
  var lastFailure: Failure?
}
