package import ACMECore

/// The pauses between two looks at one thing where the CA names none: short at first, since most CAs need a second or
/// two, and then such that what has happened is heard of within two seconds.
struct PollPause {
  static let longest = 1.5

  private(set) var seconds = 0.1

  mutating func grow() { seconds = min(seconds * 1.5, Self.longest) }
}

extension Client {
  /// Fetches the order until `isDone` says so; the first time at once.
  ///
  /// - Parameters:
  ///   - what: what is awaited, for the message when the time is over.
  ///   - retryAfter: what the answer said that led to the wait.
  ///   - eachTime: gets every order that isn't done, and may throw.
  package func pollOrder(
    _ url: ACMEURL, for what: String, retryAfter: RetryAfter? = nil, isDone: (Order) throws -> Bool,
    eachTime: (Order) throws -> Void
  ) throws -> Order {
    var pause = PollPause()
    if let retryAfter { try wait(retryAfter, or: 0, for: what) }
    while true {
      let (order, retryAfter) = try fetchOrder(at: url)
      if try isDone(order) { return order }
      try eachTime(order)
      try wait(retryAfter, or: pause.seconds, for: what)
      pause.grow()
    }
  }

  private func wait(_ retryAfter: RetryAfter?, or pause: Double, for what: String) throws {
    let seconds = max(retryAfter?.seconds ?? 0, pause)
    try budget.wait(seconds, for: what, retryAt: retryAfter?.time)
  }
}
