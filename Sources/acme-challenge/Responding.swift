import ACMEClient
import ACMECore
import ACMETool

extension Client {
  /// How often a challenge is answered, where the CA seems not to have seen it.
  private static let maxAnswers = 3

  /// Tells the CA to look at the chosen challenges (RFC 8555 §7.5.1), and again at those that it seems not to have
  /// heard of.
  func respond(_ document: inout OrderDocument, _ tool: Tool) throws {
    defer { tool.messages.progress(nil) }
    var unanswered = document.authorizations.compactMap(Unanswered.init)
    for answer in 1...Self.maxAnswers {
      let doubtful = try respond(to: unanswered, tool)
      guard !doubtful.isEmpty else { return }
      unanswered = try unheard(doubtful, &document, tool, isLast: answer == Self.maxAnswers)
    }
  }

  /// Those of which nobody knows whether the CA has heard.
  private func respond(to unanswered: [Unanswered], _ tool: Tool) throws -> [(Unanswered, any Error)] {
    var doubtful: [(Unanswered, any Error)] = []
    var count = 0
    try respond(to: unanswered.map(\.answerable)) { index, error in
      count += 1
      tool.messages.progress("telling the CA to look: \(count) of \(unanswered.count)")
      switch error {
      case nil: break
      case let lost as LostAnswer: doubtful.append((unanswered[index], lost))
      // Somebody else may have answered it: a CA gives the same pending authorization to several orders.
      case let refusal as Failure where refusal.status == .refused: doubtful.append((unanswered[index], refusal))
      case let other?: throw other
      }
    }
    return doubtful
  }

  /// Looks up which of the challenges are to be answered once more, and waits until they may be.
  private func unheard(
    _ doubtful: [(challenge: Unanswered, error: any Error)], _ document: inout OrderDocument, _ tool: Tool, isLast: Bool
  ) throws -> [Unanswered] {
    var updated = document
    defer { document = updated }
    try authorizations(at: doubtful.map(\.challenge.authorization)) { authorization in
      try updated.update(authorization)
      tool.order = updated
    }
    let open = try doubtful.filter { challenge, error in
      guard let now = updated.authorizations.first(where: { $0.url == challenge.authorization }) else { return false }
      let isPending = now.status == .pending && now.challenge(of: challenge.type)?.status == .pending
      guard let lost = error as? LostAnswer else {
        if isPending || now.status == .invalid { throw error }
        return false
      }
      if isPending, isLast { throw lost.failure }
      return isPending
    }
    let lost = open.compactMap { $0.error as? LostAnswer }
    if let last = lost.max(by: { $0.notBefore < $1.notBefore }) {
      let what = open.count == 1 ? "the challenge \(open[0].challenge.answerable.url) waits" : "challenges wait"
      try budget.wait(
        max(0, last.notBefore - budget.clock.monotonic()), for: "\(what) to be answered",
        retryAt: last.failure.retryAt)
    }
    return open.map(\.challenge)
  }
}

/// A chosen challenge that the CA hasn't been told about.
private struct Unanswered {
  let authorization: ACMEURL
  let type: Challenge.Kind
  let answerable: Challenge.Answerable

  init?(_ authorization: Authorization) {
    guard authorization.status == .pending, let chosen = authorization.chosen, chosen.status == .pending,
      let answerable = chosen.answerable
    else { return nil }
    self.authorization = authorization.url
    type = chosen.type
    self.answerable = answerable
  }
}

extension Authorization {
  fileprivate func challenge(of type: Challenge.Kind) -> Challenge? { challenges.first { $0.type == type } }
}
