package import ACMECore

extension Client {
  /// The pauses between polls where the CA names none: short at first, since most CAs need a second or two, and
  /// ever longer for those that need minutes.
  private static let firstPollPause = 0.1
  private static let longestPollPause = 10.0

  /// Fetches the order until `isDone` says so; the first time at once.
  ///
  /// - Parameters:
  ///   - what: what is awaited, for the message when the time is over.
  ///   - retryAfter: what the answer said that led to the wait.
  ///   - eachTime: gets every order that isn't done, and may throw.
  package func pollOrder(
    _ url: ACMEURL, for what: String, retryAfter: RetryAfter? = nil, isDone: (Order) throws -> Bool,
    eachTime: (Order, _ polls: Int) throws -> Void = { _, _ in }
  ) throws -> Order {
    var pause = Self.firstPollPause
    var polls = 0
    if let retryAfter { try wait(retryAfter, or: 0, for: what) }
    while true {
      let (order, retryAfter) = try fetchOrder(at: url)
      if try isDone(order) { return order }
      polls += 1
      try eachTime(order, polls)
      try wait(retryAfter, or: pause, for: what)
      pause = min(pause * 1.5, Self.longestPollPause)
    }
  }

  private func wait(_ retryAfter: RetryAfter?, or pause: Double, for what: String) throws {
    let seconds = max(retryAfter?.seconds ?? 0, pause)
    try budget.wait(seconds, for: what, retryAt: retryAfter?.time)
  }
}
