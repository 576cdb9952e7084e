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
    var fetched = document
    defer {
      document = fetched
      tool.messages.progress(nil)
    }
    let urls = document.order.authorizations
    var count = 0
    try authorizations(at: urls) { authorization in
      try fetched.update(authorization)
      tool.order = fetched
      count += 1
      tool.messages.progress("fetching authorizations: \(count) of \(urls.count)")
    }
    fetched.sortAuthorizations()
    tool.order = fetched
  }

  /// The order as it is now, and its authorizations while it is pending.
  func refreshAll(_ document: inout OrderDocument, _ tool: Tool) throws {
    try refresh(&document)
    tool.order = document
    try refuseDead(document)
    if document.order.status == .pending { try fetchAuthorizations(&document, tool) }
  }

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

  /// Polls until the order is no longer pending.
  func awaitReady(_ document: inout OrderDocument, _ tool: Tool) throws {
    guard document.order.status == .pending else { return try refuseDead(document) }
    var awaited = document
    defer {
      document = awaited
      tool.messages.progress(nil)
    }
    var looks = Looks(at: awaited.pending.count, from: budget.clock.monotonic())
    let names = document.askedIdentifiers.list.shown(limit: 200)
    let order = try pollOrder(
      document.url, for: "the CA is validating \(names) (order \(document.url))",
      isDone: { $0.status != .pending },
      eachTime: { order, _ in
        tool.messages.progress(awaited.whatIsAwaited)
        try awaited.update(order)
        let isDue = looks.isDue(at: budget.clock.monotonic())
        guard isNextInReplay(awaited.url).map({ !$0 }) ?? isDue else { return }
        try authorizations(at: awaited.pending.map(\.url)) { try awaited.update($0) }
        tool.order = awaited
        try refuseFailedChallenges(awaited)
      })
    try awaited.update(order)
    tool.order = awaited
    guard order.status == .invalid else { return try refuseDead(awaited) }
    try fetchAuthorizations(&awaited, tool)
    try refuseFailedChallenges(awaited)
    try refuseDead(awaited)
  }
}

/// When to look at the authorizations themselves while the order is awaited: some CAs leave both pending for ever when
/// a challenge has failed. It costs a request for each, so the more there are, the later and the more seldom.
private struct Looks {
  private static let secondsEach = 0.1
  private static let firstSeconds = 0.5
  private static let growth = 2.0
  private static let longestSeconds = 60.0

  private var pause: Double
  private var next: Double

  init(at count: Int, from now: Double) {
    pause = max(Self.firstSeconds, Self.secondsEach * Double(count))
    next = now + pause
  }

  mutating func isDue(at now: Double) -> Bool {
    guard now >= next else { return false }
    pause = min(pause * Self.growth, max(pause, Self.longestSeconds))
    next = now + pause
    return true
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

extension OrderDocument {
  fileprivate var pending: [Authorization] { authorizations.filter { $0.status == .pending } }

  /// "the CA is validating example.org", or "37 of 100 names validated, awaiting a.example, b.example"
  fileprivate var whatIsAwaited: String {
    let names = pending.map(\.identifier).list.shown(limit: 200)
    guard authorizations.count > 1 else { return "the CA is validating \(names)" }
    return "\(authorizations.count - pending.count) of \(authorizations.count) names validated, awaiting \(names)"
  }
}

extension Authorization {
  fileprivate func challenge(of type: Challenge.Kind) -> Challenge? { challenges.first { $0.type == type } }
}
