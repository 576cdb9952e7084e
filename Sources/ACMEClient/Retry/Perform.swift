internal import ACMECore

/// Layer 4: one loop for every request, or for many side by side.
extension Client {
  /// How many seconds a person is left without a word.
  private static let patience = 1.0

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
    var batch = Batch(requests)
    defer { if !batch.underWay.isEmpty { transport.abandon() } }
    while !batch.isOver {
      guard let (index, result) = try advance(&batch) else { continue }
      do { try each(index, result) } catch { batch.stop(by: error) }
    }
    if let error = batch.error { throw error }
  }

  /// Begins a request, or waits for what is next; what came of a request that is over.
  private func advance(_ batch: inout Batch) throws -> (Int, Result<HTTPResponse, any Error>)? {
    if let index = next(of: &batch) {
      do { try begin(index, &batch) } catch let interrupted as Interrupted {
        throw interrupted
      } catch {
        return batch.isExtra(index) ? nil : (index, .failure(error))
      }
    } else if batch.underWay.isEmpty {
      let now = budget.clock.monotonic()
      try budget.clock.sleep(max(0, batch.pauseEnd - now, pacing.pause(at: now)))
    } else if let (index, outcome) = try nextOutcome(batch) {
      let outcome = witnessed(outcome, of: batch.underWay.removeValue(forKey: index))
      guard !batch.isExtra(index) else {
        if case .success(let response) = outcome { keepNonce(of: response, to: .nonce) }
        return nil
      }
      return try resultOrPause(outcome, of: index, &batch).map { (index, $0) }
    }
    return nil
  }

  /// nil where a pause is over before one comes.
  private func nextOutcome(_ batch: Batch) throws -> (Int, Transport.Outcome)? {
    let seconds = min(batch.pauseLeft(budget.clock), untilNext(batch))
    guard seconds > Self.patience else { return try transport.next(within: seconds) }
    if let outcome = try transport.next(within: Self.patience) { return outcome }
    guard let sent = batch.underWay.values.first else { return nil }
    for witness in witnesses { witness.awaiting(sent.request) }
    defer { for witness in witnesses { witness.awaiting(nil) } }
    return try transport.next(within: seconds - Self.patience)
  }

  /// How long it takes until the next one that waits may be begun; infinite where something else keeps it back.
  private func untilNext(_ batch: Batch) -> Double {
    let pause = pacing.pause(at: budget.clock.monotonic())
    return batch.waiting.isEmpty || pause <= 0 ? .infinity : pause
  }

  /// The request to begin now; nil where there is none, or no room or no nonce for it.
  private func next(of batch: inout Batch) -> Int? {
    let room = min(transport.width, batch.width) - batch.underWay.count
    guard batch.error == nil, room > 0, isTime(for: batch) else { return nil }
    // An answer that is on its way brings a nonce; to ask for one costs a round trip.
    let mayTake = batch.underWay.isEmpty || hasNonce
    if let place = batch.waiting.firstIndex(where: { mayTake || !batch.requests[$0].needsNonce }) {
      return batch.waiting.remove(at: place)
    }
    // It pays where several are waiting for each nonce that comes.
    guard batch.waiting.count >= 2 * batch.underWay.count, batch.extraNonces < transport.width - 1,
      let url = knownNewNonce
    else {
      return nil
    }
    return batch.addNonceRequest(nonceRequest(url))
  }

  private func isTime(for batch: Batch) -> Bool {
    let now = budget.clock.monotonic()
    return now >= batch.pauseEnd && pacing.pause(at: now) <= 0
  }

  private func begin(_ index: Int, _ batch: inout Batch) throws {
    let request = batch.requests[index]
    guard budget.remaining > 0 else {
      throw batch.tries[index].lastFailure ?? budget.spent(on: "asking for \(request.purpose)")
    }
    let nonce = request.needsNonce ? try takeNonce(after: batch.tries[index]) : nil
    // To get a nonce may have meant to read the directory anew, so not before.
    try reading("\(request.purpose)", status: .protocolBroken) { try request.check(against: forbidden) }
    let outgoing = try request.httpRequest(nonce: nonce, signer: signer, account: accountURL)
    exchangeCount += 1
    for witness in witnesses { witness.sending(outgoing, number: exchangeCount) }
    let now = budget.clock.monotonic()
    pacing.spend(at: now)
    batch.underWay[index] = Sent(number: exchangeCount, request: outgoing, at: now)
    transport.begin(index, outgoing, within: min(request.worth ?? .infinity, budget.remaining))
  }

  private func witnessed(_ outcome: Transport.Outcome, of sent: Sent?) -> Transport.Outcome {
    let now = budget.clock.wall()
    if let sent {
      let seconds = budget.clock.monotonic() - sent.at
      pace = seconds
      let exchange = Exchange(
        number: sent.number, request: sent.request, outcome: outcome, endedAt: now, seconds: seconds)
      for witness in witnesses { witness.witness(exchange) }
    }
    return outcome.map {
      var response = $0
      response.receivedAt = now
      return response
    }
  }

  /// nil where the request is to be sent again.
  private func resultOrPause(
    _ outcome: Transport.Outcome, of index: Int, _ batch: inout Batch
  ) throws -> Result<HTTPResponse, any Error>? {
    let request = batch.requests[index]
    do {
      let pause: Double
      switch outcome {
      case .success(let response):
        keepNonce(of: response, to: request.purpose)
        guard let refusal = Refusal(response, of: request, now: budget.clock.wall(), remedies: remedies) else {
          batch.succeed()
          try refuseForeign(response, to: request)
          return .success(response)
        }
        pause = try pauseAfter(refusal, of: request, &batch.tries[index])
      case .failure(let error): pause = try pauseAfter(error, to: request, &batch.tries[index])
      }
      batch.waiting.insert(index, at: 0)
      if pause > 0 { batch.rest(from: budget.clock.monotonic(), for: pause) }
      return nil
    } catch var failure as Failure {
      failure.followsLostAnswer = failure.followsLostAnswer || batch.tries[index].hasLostAnswer
      return .failure(failure)
    } catch {
      return .failure(error)
    }
  }
}
