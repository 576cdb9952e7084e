internal import ACMECore

/// Layer 4: one loop for every request.
extension Client {
  /// Sends `request` until it is answered with success, or it is no use to send it again.
  ///
  /// Throws `Failure` with the CA's last word, `LostAnswer` where the request is not to be repeated blindly, and
  /// `Interrupted`.
  func perform(_ request: some OutgoingRequest) throws -> HTTPResponse {
    var result: Result<HTTPResponse, any Error>?
    try perform([request]) { result = $1 }
    guard let result else { throw Failure(.bug, "\(request.purpose): there is no answer") }
    return try result.get()
  }

  /// Sends `requests`, as many side by side as the CA takes, and each again as `perform` does.
  ///
  /// - Parameter each: gets what came of each, as soon as it is known. When it throws, nothing more is begun, what is
  ///   under way is still waited for, and the first error is thrown.
  func perform(
    _ requests: [any OutgoingRequest], each: (_ index: Int, _ result: Result<HTTPResponse, any Error>) throws -> Void
  ) throws {
    var run = Run(requests)
    defer { if !run.underWay.isEmpty { transport.abandon() } }
    while !run.isOver {
      guard let (index, result) = try advance(&run) else { continue }
      do { try each(index, result) } catch { run.stop(by: error) }
    }
    if let error = run.error { throw error }
  }

  /// Begins a request, or waits for what is next; what came of a request that is over.
  private func advance(_ run: inout Run) throws -> (Int, Result<HTTPResponse, any Error>)? {
    if let index = next(of: &run) {
      do { try begin(index, &run) } catch let interrupted as Interrupted {
        throw interrupted
      } catch {
        return (index, .failure(error))
      }
    } else if run.underWay.isEmpty {
      try budget.clock.sleep(max(0, run.pauseEnd - budget.clock.monotonic()))
    } else if let (index, answer) = try transport.next(within: run.pauseLeft(budget.clock)) {
      let answer = witnessed(answer, of: run.underWay.removeValue(forKey: index))
      guard !run.isExtra(index) else {
        if case .success(let response) = answer { keepNonce(of: response) }
        return nil
      }
      return try resultOrPause(answer, of: index, &run).map { (index, $0) }
    }
    return nil
  }

  /// The request to begin now; nil where there is none, or no room or no nonce for it.
  private func next(of run: inout Run) -> Int? {
    let room = min(transport.width, run.width) - run.underWay.count
    guard run.error == nil, room > 0, budget.clock.monotonic() >= run.pauseEnd else { return nil }
    // An answer that is on its way brings a nonce; to ask for one costs a round trip.
    let mayTake = run.underWay.isEmpty || hasNonce
    if let place = run.waiting.firstIndex(where: { mayTake || !run.requests[$0].needsNonce }) {
      return run.waiting.remove(at: place)
    }
    guard run.waiting.count > run.underWay.count, run.extraNonces < transport.width - 1, let url = knownNewNonce else {
      return nil
    }
    return run.addNonceRequest(PlainRequest(method: .head, url: url, purpose: .nonce, maxBody: Limits.json))
  }

  private func begin(_ index: Int, _ run: inout Run) throws {
    let request = run.requests[index]
    guard budget.remaining > 0 else {
      throw run.tries[index].lastFailure ?? budget.spent(on: "asking for \(request.purpose)")
    }
    let nonce = request.needsNonce ? try takeNonce() : nil
    let outgoing = try request.httpRequest(nonce: nonce, signer: signer, account: accountURL)
    exchangeCount += 1
    for witness in witnesses { witness.sending(outgoing, number: exchangeCount) }
    run.underWay[index] = Sent(number: exchangeCount, request: outgoing, at: budget.clock.monotonic())
    transport.begin(index, outgoing, within: budget.remaining)
  }

  private func witnessed(_ answer: Transport.Answer, of sent: Sent?) -> Transport.Answer {
    let now = budget.clock.wall()
    if let sent {
      let exchange = Exchange(
        number: sent.number, request: sent.request, answer: answer, endedAt: now,
        seconds: budget.clock.monotonic() - sent.at)
      for witness in witnesses { witness.witness(exchange) }
    }
    return answer.map {
      var response = $0
      response.receivedAt = now
      return response
    }
  }

  /// nil where the request is to be sent again.
  private func resultOrPause(
    _ answer: Transport.Answer, of index: Int, _ run: inout Run
  ) throws -> Result<HTTPResponse, any Error>? {
    let request = run.requests[index]
    do {
      let pause: Double
      switch answer {
      case .success(let response):
        log("\(request.purpose): \(request.method.rawValue) \(request.url): \(response.status)")
        keepNonce(of: response)
        guard let refusal = Refusal(response, of: request, now: budget.clock.wall()) else {
          run.succeed()
          return .success(response)
        }
        pause = try pauseAfter(refusal, of: request, &run.tries[index])
      case .failure(let error): pause = try pauseAfter(error, to: request, &run.tries[index])
      }
      run.waiting.insert(index, at: 0)
      rest(pause, &run)
      return nil
    } catch {
      if let lost = error as? LostAnswer { rest(lost.notBefore - budget.clock.monotonic(), &run) }
      return .failure(error)
    }
  }

  private func rest(_ pause: Double, _ run: inout Run) {
    guard pause > 0 else { return }
    run.rest(from: budget.clock.monotonic(), for: pause)
  }

  private func pauseAfter(_ refusal: Refusal, of request: any OutgoingRequest, _ tries: inout Tries) throws -> Double {
    tries.lastFailure = refusal.failure
    if refusal.isBadNonce {
      tries.badNonces += 1
      guard tries.badNonces < policy.badNonceAttempts else { throw refusal.failure }
      // "The client SHOULD retry with the nonce from the error response" (RFC 8555 §6.5): the others go.
      dropNonces()
      keepNonce(of: refusal.response)
      guard tries.badNonces >= policy.badNonceAttemptsAtOnce else { return 0 }
      return try checked(policy.badNoncePause * (0.5 + budget.clock.random()), orThrow: refusal.failure)
    }
    guard refusal.isServerFault else { throw refusal.failure }
    tries.faults += 1
    // 503 says that nothing was done with the request; after any other fault nobody knows.
    if refusal.response.status != 503 {
      if case .afterLookUp = request.repeatable { throw lostAnswer(refusal.failure, refusal.retryAfter) }
      if case .once = request.repeatable, tries.faults > 1 { throw refusal.failure }
    }
    guard tries.faults < policy.faultAttempts else { throw refusal.failure }
    return try checked(refusal.retryAfter?.seconds ?? faultPause(tries.faults), orThrow: refusal.failure)
  }

  private func pauseAfter(
    _ error: TransportError, to request: any OutgoingRequest, _ tries: inout Tries
  ) throws -> Double {
    let what = "\(request.purpose) (\(request.url))"
    switch error {
    case .tooLarge: throw unusable("\(what): the CA's answer is too large", request)
    case .notRecorded(let reason):
      throw Failure(.input, "\(reason): \(request.method.rawValue) \(request.url) (\(request.purpose))")
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
      return try checked(faultPause(tries.unsent), orThrow: failure)
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
      return try checked(faultPause(tries.faults), orThrow: failure)
    }
  }

  /// The CA may have acted on a request whose answer is of no use.
  private func unusable(_ message: String, _ request: any OutgoingRequest) -> any Error {
    let failure = Failure(.protocolBroken, message)
    if case .afterLookUp = request.repeatable { return lostAnswer(failure) }
    return failure
  }

  private func lostAnswer(_ failure: Failure, _ retryAfter: RetryAfter? = nil) -> LostAnswer {
    LostAnswer(failure: failure, notBefore: budget.clock.monotonic() + (retryAfter?.seconds ?? faultPause(1)))
  }

  private func faultPause(_ number: Int) -> Double {
    policy.pause(afterFault: number, random: budget.clock.random())
  }

  /// The pause, unless the time left is too short for it: then `failure` says more than "time is over" would.
  private func checked(_ pause: Double, orThrow failure: Failure) throws -> Double {
    guard pause < budget.remaining else {
      var failure = failure
      failure.retryAt = failure.retryAt ?? budget.clock.wall() + Int64(pause.rounded(.up))
      throw failure
    }
    return pause
  }
}

/// Requests on their way, each known by its index.
private struct Run {
  /// More than any CA takes side by side.
  private static let mostUnderWay = 100

  private(set) var requests: [any OutgoingRequest]
  /// Those from here on only ask for nonces, so that there is one for each stream. If one fails, it is not missed.
  private let firstExtra: Int
  var tries: [Tries]
  var waiting: [Int]
  var underWay: [Int: Sent] = [:]
  /// Why nothing more is to be begun.
  private(set) var error: (any Error)?
  /// Nothing is begun before this moment.
  private(set) var pauseEnd = 0.0
  /// How many may be under way at once.
  private(set) var width = mostUnderWay

  init(_ requests: [any OutgoingRequest]) {
    self.requests = requests
    firstExtra = requests.count
    tries = Array(repeating: Tries(), count: requests.count)
    waiting = Array(requests.indices)
  }

  var isOver: Bool { !underWay.keys.contains { !isExtra($0) } && (waiting.isEmpty || error != nil) }

  var extraNonces: Int { requests.count - firstExtra }

  func isExtra(_ index: Int) -> Bool { index >= firstExtra }

  func pauseLeft(_ clock: Clock) -> Double {
    let left = pauseEnd - clock.monotonic()
    return waiting.isEmpty || left <= 0 ? .infinity : left
  }

  /// A CA that is in trouble, or asks for patience, is left alone by all of them, and then asked with half the zeal,
  /// which grows again while it goes well. Many that find it in trouble at once count as one.
  mutating func rest(from now: Double, for pause: Double) {
    if pauseEnd <= now { width = max(1, min(width, underWay.count + 1) / 2) }
    pauseEnd = max(pauseEnd, now + pause)
  }

  mutating func succeed() { width = min(width + 1, Self.mostUnderWay) }

  mutating func addNonceRequest(_ request: PlainRequest) -> Int {
    requests.append(request)
    tries.append(Tries())
    return requests.count - 1
  }

  mutating func stop(by error: any Error) { self.error = self.error ?? error }
}

/// A request that is under way.
private struct Sent {
  let number: Int
  let request: HTTPRequest
  let at: Double
}

private struct Tries {
  var badNonces = 0
  var faults = 0
  var unsent = 0
  var lastFailure: Failure?
}
