import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

extension OrderRun {
  /// How often a challenge is answered, where the CA seems not to have seen it.
  private static let maxAnswers = 3

  /// Tells the CA to look at the chosen challenges (RFC 8555 §7.5.1), and again at those that it seems not to have
  /// heard of. Gives back how long it wants to be left alone with each authorization. Throws `Failure` 77 where it
  /// refuses to look, and there is no sign that it does all the same.
  func respond() throws -> [ACMEURL: RetryAfter] {
    defer { tool.messages.progress(nil) }
    do {
      var responses = Responses()
      let unheard = try answer(&responses)
      try weigh(responses.refusals)
      if let unheard { throw unheard }
      return responses.pauses
    } catch var failure as Failure {
      failure.add(lastWordsOf: document)
      throw failure
    }
  }

  /// Fetches the authorizations whose challenge was answered before, to see whether it may be answered again, and
  /// throws where that is too late.
  func refreshAnswered() throws {
    let answered = document.authorizations.filter { authorization in
      guard authorization.status == .pending, let chosen = authorization.chosen else { return false }
      return chosen.status != .pending || chosen.error != nil
    }
    try client.authorizations(at: answered.map(\.url)) { try take($0) }
    try refuseFailedNames()
  }

  /// Answers until the CA has heard, and gives back why it hasn't, after all.
  private func answer(_ responses: inout Responses) throws -> Failure? {
    var unanswered = document.authorizations.compactMap(Unanswered.init)
    for attempt in 1...Self.maxAnswers {
      let unheard = try unheard(answer(unanswered, &responses))
      guard let latest = unheard.map(\.lost).max(by: { $0.notBefore < $1.notBefore }) else { return nil }
      guard attempt < Self.maxAnswers else { return unheard.first?.lost.failure }
      unanswered = unheard.map(\.challenge)
      let what =
        unanswered.count == 1 ? "the challenge \(unanswered[0].answerable.url) waits" : "challenges wait"
      try client.budget.wait(
        latest.pause(client.budget.clock), for: "\(what) to be answered",
        retryAt: latest.failure.retryAt)
    }
    return nil
  }

  /// Those of which nobody knows whether the CA has heard. What the CA says of the others is noted.
  private func answer(
    _ unanswered: [Unanswered], _ responses: inout Responses
  ) throws -> [(challenge: Unanswered, lost: LostAnswer)] {
    var doubtful: [(challenge: Unanswered, lost: LostAnswer)] = []
    var count = 0
    try client.respond(to: unanswered.map(\.answerable)) { index, result in
      count += 1
      tool.messages.progress("telling the CA to look: \(count) of \(unanswered.count)")
      let authorization = unanswered[index].authorization
      do {
        let (challenge, retryAfter) = try result.get()
        take(challenge, ofChosenAt: authorization)
        responses.pauses[authorization] = retryAfter
        tool.messages.step("\(unanswered[index].identifier): the CA is told to look")
      } catch let lost as LostAnswer {
        doubtful.append((unanswered[index], lost))
      } catch let refusal as Failure where refusal.status == .refused {
        responses.refusals[authorization] = refusal
      }
    }
    return doubtful
  }

  /// Looks up which of the challenges are to be answered once more.
  private func unheard(
    _ doubtful: [(challenge: Unanswered, lost: LostAnswer)]
  ) throws -> [(challenge: Unanswered, lost: LostAnswer)] {
    do {
      try client.authorizations(at: doubtful.map(\.challenge.authorization)) { try take($0) }
    } catch let late as Failure where late.status == .notNow {
      // Where no time is left to look, it is the challenge that took it.
      throw doubtful.first?.lost.failure ?? late
    }
    return doubtful.filter { challenge, _ in
      guard let now = document.authorizations.first(where: { $0.url == challenge.authorization }),
        now.status == .pending, let chosen = now.chosen
      else { return false }
      // With an error it has been heard of.
      return chosen.status == .pending && chosen.error == nil
    }
  }
}

/// What the CA said of challenges that were answered, by the URLs of their authorizations.
private struct Responses {
  var refusals: [ACMEURL: Failure] = [:]
  var pauses: [ACMEURL: RetryAfter] = [:]
}

/// A chosen challenge that the CA hasn't been told about, or may be asked to look at anew (RFC 8555 §8.2).
private struct Unanswered {
  let authorization: ACMEURL
  let identifier: Identifier
  let answerable: Challenge.Answerable

  init?(_ authorization: Authorization) {
    guard authorization.status == .pending, let chosen = authorization.chosen,
      chosen.status == .pending || chosen.status == .processing && chosen.error != nil,
      let answerable = chosen.answerable
    else { return nil }
    self.authorization = authorization.url
    identifier = authorization.identifier
    self.answerable = answerable
  }
}
