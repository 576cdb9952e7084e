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

  /// Tells the CA to look at the chosen challenges (RFC 8555 §7.5.1).
  func respond(_ document: inout OrderDocument, _ tool: Tool) throws {
    let unanswered = document.authorizations.compactMap(Unanswered.init)
    var doubtful: [(Unanswered, any Error)] = []
    var count = 0
    defer { tool.messages.progress(nil) }
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
    for (challenge, error) in doubtful { try settle(challenge, after: error, &document, tool) }
  }

  /// Looks up whether the CA has seen an answer, and gives it again where it hasn't.
  private func settle(
    _ challenge: Unanswered, after first: any Error, _ document: inout OrderDocument, _ tool: Tool
  ) throws {
    var error = first
    for answer in 1...Self.maxAnswers {
      let now = try authorization(at: challenge.authorization)
      try document.update(now)
      tool.order = document
      let lost = error as? LostAnswer
      let isPending = now.status == .pending && now.challenge(of: challenge.type)?.status == .pending
      guard isPending || lost == nil && now.status == .invalid else { return }
      guard let lost, answer < Self.maxAnswers else { throw lost?.failure ?? error }
      try budget.wait(
        lost.pause, for: "the challenge \(challenge.answerable.url) waits to be answered",
        retryAt: lost.failure.retryAt)
      do {
        return try respond(to: challenge.answerable)
      } catch let again as LostAnswer {
        error = again
      } catch let refusal as Failure where refusal.status == .refused {
        error = refusal
      }
    }
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
        guard looks.isDue(at: budget.clock.monotonic()) else { return }
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
