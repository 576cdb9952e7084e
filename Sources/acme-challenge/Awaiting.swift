import ACMEClient
import ACMECore
import ACMETool

extension Client {
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
      document.url, for: "the CA hasn't validated \(names) yet (order \(document.url))",
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

extension OrderDocument {
  fileprivate var pending: [Authorization] { authorizations.filter { $0.status == .pending } }

  /// "the CA is validating example.org", or "37 of 100 names validated, awaiting a.example, b.example"
  fileprivate var whatIsAwaited: String {
    let names = pending.map(\.identifier).list.shown(limit: 200)
    guard authorizations.count > 1 else { return "waiting for the CA to validate \(names)" }
    return "\(authorizations.count - pending.count) of \(authorizations.count) names validated, awaiting \(names)"
  }
}
