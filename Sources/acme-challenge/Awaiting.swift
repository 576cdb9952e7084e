import ACMEClient
import ACMECore
import ACMETool

extension Client {
  /// Looks until the order is no longer pending. Whatever ends that, what the CA has said last is said with it.
  func awaitReady(_ document: inout OrderDocument, _ tool: Tool) throws {
    var watch = Watch(document, by: self, tool)
    defer {
      document = watch.document
      tool.messages.progress(nil)
    }
    do {
      try watch.untilReady()
      try refuseDead(&watch.document)
    } catch var failure as Failure {
      failure.add(lastWordsOf: watch.document)
      throw failure
    }
  }
}

/// An order whose challenges have been answered, and what is seen of it.
private struct Watch {
  /// However fast time seems to go, nobody is asked more often.
  private static let shortestPause = 0.05
  /// Longer than any pause that the CA doesn't ask for.
  private static let longestPause = 2.0

  var document: OrderDocument { didSet { tool.order = document } }
  private let client: Client
  private let tool: Tool
  private var attention: Attention
  private var insistence = Insistence()
  private var lastSaid: [Identifier: String] = [:]

  init(_ document: OrderDocument, by client: Client, _ tool: Tool) {
    self.document = document
    self.client = client
    self.tool = tool
    let urgent = document.open.filter { $0.challengeAtWork.map { $0.status == .invalid || $0.error != nil } ?? false }
    attention = Attention(
      to: document.open.map(\.url), urgent: Set(urgent.map(\.url)), from: client.budget.clock.monotonic())
  }

  private var now: Double { client.budget.clock.monotonic() }

  mutating func untilReady() throws {
    // Which run of a trace is played again shows in what is asked first.
    if document.order.status == .pending { try askForOrder() }
    while document.order.status == .pending {
      if client.isNextInReplay(document.url) ?? attention.isOrderDue(at: now) {
        try askForOrder()
        guard document.order.status == .pending else { return }
      }
      try answerAgain()
      try look()
      try refuseFailed()
      say()
      try wait()
    }
  }

  private mutating func askForOrder() throws {
    let (order, retryAfter) = try client.fetchOrder(at: document.url)
    attention.askedForOrder(at: now, retryAfter: retryAfter)
    try document.update(order)
  }

  private mutating func look() throws {
    let open = document.open.map(\.url)
    let due = client.isReplay ? open.filter(isNextInReplay) : attention.due(of: open, at: now)
    try client.authorizationsWithPauses(at: due) { authorization, retryAfter in
      attention.lookedAt(authorization.url, at: now, retryAfter: retryAfter)
      try document.update(authorization)
    }
    insistence.note(document.stuck.map(\.authorization), at: now)
    if document.awaited.isEmpty { attention.hurryOrder() }
  }

  /// What nobody works at any more without it is answered once more.
  private mutating func answerAgain() throws {
    let stuck = document.stuck
    let due = Set(
      client.isReplay
        ? stuck.filter { isNextInReplay($0.answerable.url) }.map(\.authorization)
        : insistence.due(of: stuck.map(\.authorization), at: now))
    let answered = Array(stuck.filter { due.contains($0.authorization) }.prefix(attention.room(at: now)))
    guard !answered.isEmpty else { return }
    attention.spend(answered.count, at: now)
    var refused: [ACMEURL] = []
    try client.respond(to: answered.map(\.answerable)) { index, result in
      let url = answered[index].authorization
      switch result {
      case .success(let answer):
        document.update(answer, ofChosenAt: url)
        insistence.answered(url, isRefused: false)
      case .failure(is LostAnswer): insistence.answered(url, isRefused: false)
      // The CA has said why before; that it doesn't take the answer again is no better reason.
      case .failure:
        insistence.answered(url, isRefused: true)
        refused.append(url)
      }
    }
    try client.lookAgain(at: refused, in: &document)
  }

  /// Throws where a name is lost, and then says of all how they stand.
  private mutating func refuseFailed() throws {
    guard !document.failed.isEmpty || !hopeless.isEmpty else { return }
    try lookAtOpen()
    try document.refuseFailedNames(givenUp: hopeless)
  }

  private mutating func lookAtOpen() throws {
    guard client.isReplay else { return try client.lookAgain(at: document.open.map(\.url), in: &document) }
    while let url = document.open.map(\.url).first(where: isNextInReplay) {
      try client.lookAgain(at: [url], in: &document)
    }
  }

  private var hopeless: Set<ACMEURL> {
    let stuck = document.stuck.map(\.authorization)
    if client.isReplay, doesReplayGoOn { return [] }
    // A run that had time left, and ended all the same, had given them up.
    if client.isReplay, client.budget.remaining > Self.longestPause { return Set(stuck) }
    return Set(stuck.filter { insistence.isHopeless($0, at: now) })
  }

  private mutating func say() {
    tool.messages.progress(document.whatIsAwaited)
    for (identifier, problem) in document.lastWords where lastSaid[identifier] != problem.summary {
      lastSaid[identifier] = problem.summary
      tool.messages.step("\(identifier): the CA says: \(problem.summary)")
    }
  }

  private mutating func wait() throws {
    let next = min(
      attention.next(of: document.open.map(\.url)), insistence.next(of: document.stuck.map(\.authorization)))
    let pause = max(Self.shortestPause, next - now)
    let untilOrder = attention.orderDueAt - now
    let isOver = client.isReplay && !doesReplayGoOn
    guard !isOver, max(pause, untilOrder) < client.budget.remaining else {
      try lookAtOpen()
      try document.refuseFailedNames()
      return try client.budget.wait(
        max(untilOrder, client.budget.remaining), for: document.whatHasNotHappened)
    }
    try client.budget.clock.sleep(pause)
  }

  // MARK: A trace in the CA's place. What depended on the time decides itself by how the trace goes on.

  private func isNextInReplay(_ url: ACMEURL) -> Bool { client.isNextInReplay(url) == true }

  private var doesReplayGoOn: Bool {
    ([document.url] + document.open.map(\.url) + document.stuck.map(\.answerable.url)).contains(where: isNextInReplay)
  }
}

extension OrderDocument {
  /// Those of which there is no last word yet.
  fileprivate var open: [Authorization] {
    let failed = Set(self.failed.map(\.url))
    return awaited.filter { !failed.contains($0.url) }
  }

  /// Chosen challenges that have an error, and that the CA is not at work on.
  fileprivate var stuck: [(authorization: ACMEURL, answerable: Challenge.Answerable)] {
    authorizations.compactMap { authorization in
      guard authorization.status == .pending, let chosen = authorization.chosen, chosen.status == .pending,
        chosen.error != nil, let answerable = chosen.answerable
      else { return nil }
      return (authorization.url, answerable)
    }
  }

  /// "waiting for the CA to validate example.org", or "37 of 100 names validated, awaiting a.example, b.example"; what
  /// the CA has said comes first, since it is what a person needs of a line that may be cut.
  fileprivate var whatIsAwaited: String {
    let words = lastWords.map { "\($0.identifier): \($0.problem.summary)" }
    let said = words.isEmpty ? [order.error?.summary].compactMap { $0 } : words
    let names = awaited.map(\.identifier).list.shown(limit: 200)
    let state =
      switch (awaited.count, authorizations.count) {
      case (0, _): "waiting for the CA to make the order ready"
      case (_, 1): "waiting for the CA to validate \(names)"
      case (let left, let all): "\(all - left) of \(all) names validated, awaiting \(names)"
      }
    return (said + [state]).joined(separator: "; ")
  }

  fileprivate var whatHasNotHappened: String {
    let names = awaited.map(\.identifier).list.shown(limit: 200)
    return awaited.isEmpty
      ? "the names are validated, but the order \(url) isn't ready yet"
      : "the CA hasn't validated \(names) yet (order \(url))"
  }
}
