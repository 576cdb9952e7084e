import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

extension OrderRun {
  /// Looks until the order is no longer pending. Whatever ends that, what the CA has said last is said with it.
  ///
  /// - Parameter pauses: how long the CA wants to be left alone with each authorization.
  func awaitReady(after pauses: [ACMEURL: RetryAfter] = [:]) throws {
    var watch = Watch(self, pauses)
    defer { tool.messages.progress(nil) }
    do {
      try watch.untilReady()
      try refuseDead()
    } catch var failure as Failure {
      failure.begin(with: document.whatHasNotHappened)
      failure.add(lastWordsOf: document)
      throw failure
    }
  }
}

/// What is seen of an order whose challenges have been answered.
private struct Watch {
  /// However fast time seems to go, nobody is asked more often.
  private static let shortestPause = 0.01
  /// Longer than any pause that the CA doesn't ask for.
  private static let longestPause = 2.0

  private let run: OrderRun
  private var attention: Attention
  private var insistence = Insistence()
  private var lastSaid: [Identifier: String] = [:]

  init(_ run: OrderRun, _ pauses: [ACMEURL: RetryAfter]) {
    self.run = run
    let open = run.document.open
    let urgent = open.filter { $0.challengeAtWork.map { $0.status == .invalid || $0.error != nil } ?? false }
    // Where the answers say that it is over already, nothing is waited for.
    let isAtWork = open.contains { ![.valid, .invalid].contains($0.challengeAtWork?.status) }
    attention = Attention(
      to: open.map(\.url), urgent: Set(urgent.map(\.url)), pauses: pauses.mapValues(\.seconds),
      from: run.client.budget.clock.monotonic(), pace: isAtWork ? run.client.pace : nil)
  }

  private var document: OrderDocument { run.document }
  private var client: Client { run.client }
  private var world: World { run.client.world }
  private var now: Double { client.budget.clock.monotonic() }

  mutating func untilReady() throws {
    // Which run of a trace is played again shows in what is asked first.
    let isLookedAt = world.goesOn(with: document.open.map(\.url))
    if document.order.status == .pending, isLookedAt.map(!) ?? attention.isOrderDue(at: now) { try askForOrder() }
    while document.order.status == .pending {
      if world.goesOn(with: [document.url]) ?? attention.isOrderDue(at: now) {
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
    attention.askedForOrder(at: now, pace: client.pace ?? 0, retryAfter: retryAfter)
    try run.take(order)
  }

  private mutating func look() throws {
    let open = document.open.map(\.url)
    let due = world.next(of: open) { attention.due(of: open, at: now) }
    try client.authorizationsWithPauses(at: due) { authorization, retryAfter in
      attention.lookedAt(authorization.url, at: now, retryAfter: retryAfter)
      try run.take(authorization)
    }
    insistence.note(document.stuck.map(\.authorization), at: now)
    if document.awaited.isEmpty { attention.hurryOrder() }
  }

  /// What nobody works at any more without it is answered once more.
  private mutating func answerAgain() throws {
    let stuck = document.stuck
    let due = Set(
      world.next(of: stuck.map(\.answerable.url)) {
        let urls = insistence.due(of: stuck.map(\.authorization), at: now)
        return stuck.filter { urls.contains($0.authorization) }.map(\.answerable.url)
      })
    let answered = Array(stuck.filter { due.contains($0.answerable.url) }.prefix(attention.room(at: now)))
    guard !answered.isEmpty else { return }
    attention.spend(answered.count, at: now)
    var refused: [ACMEURL] = []
    try client.respond(to: answered.map(\.answerable)) { index, result in
      let url = answered[index].authorization
      switch result {
      case .success(let answer):
        run.take(answer.challenge, ofChosenAt: url)
        insistence.answered(url, isRefused: false)
      case .failure(is LostAnswer): insistence.answered(url, isRefused: false)
      // The CA has said why before; that it doesn't take the answer again is no better reason.
      case .failure:
        insistence.answered(url, isRefused: true)
        refused.append(url)
      }
    }
    try run.lookAgain(at: refused)
  }

  /// Throws where a name is lost, and then says of all how they stand.
  private func refuseFailed() throws {
    guard !document.failed.isEmpty || !hopeless.isEmpty else { return }
    try lookAtOpen()
    try run.refuseFailedNames(givenUp: hopeless)
  }

  private func lookAtOpen() throws {
    repeat {
      let open = document.open.map(\.url)
      try run.lookAgain(at: world.next(of: open) { open })
    } while world.goesOn(with: document.open.map(\.url)) == true
  }

  private var hopeless: Set<ACMEURL> {
    let stuck = document.stuck.map(\.authorization)
    return switch world.goesOn(with: all) {
    case true?: []
    // A run that had time left, and ended all the same, had given them up.
    case false? where client.budget.remaining > Self.longestPause: Set(stuck)
    default: Set(stuck.filter { insistence.isHopeless($0, at: now) })
    }
  }

  private mutating func say() {
    run.tool.messages.progress(document.whatIsAwaited)
    for (identifier, problem) in document.lastWords where lastSaid[identifier] != problem.summary {
      lastSaid[identifier] = problem.summary
      run.tool.messages.step("\(identifier): the CA says: \(problem.summary)")
    }
  }

  private func wait() throws {
    let next = min(
      attention.next(of: document.open.map(\.url)), insistence.next(of: document.stuck.map(\.authorization)))
    let pause = max(Self.shortestPause, next - now)
    let untilOrder = attention.orderDueAt - now
    let isOver = world.goesOn(with: all) == false
    guard !isOver, max(pause, untilOrder) < client.budget.remaining else {
      try lookAtOpen()
      try run.refuseFailedNames()
      return try client.budget.wait(
        max(untilOrder, client.budget.remaining), for: document.whatHasNotHappened)
    }
    try client.budget.clock.sleep(pause)
  }

  /// All that could be asked for next.
  private var all: [ACMEURL] {
    [document.url] + document.open.map(\.url) + document.stuck.map(\.answerable.url)
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
