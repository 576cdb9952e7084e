package import ACMECore

/// The pauses between two looks at one thing where the CA names none: very short at first, for a CA that is done at
/// once, then half a second, since most need a second or two, and at last such that what has happened is heard of
/// within two seconds.
struct PollPause {
  static let shortest = 0.01
  private static let usual = 0.5
  static let longest = 1.5

  private var seconds = shortest

  /// The pause after a look that took the CA `pace` seconds to answer: one that is slow isn't asked faster than that.
  func seconds(after pace: Double) -> Double { min(max(seconds, pace), Self.longest) }

  /// What is left of the shortest pause, where the answer to what is now waited for came within that.
  static func first(after pace: Double?) -> Double { max(0, shortest - (pace ?? shortest)) }

  mutating func grow() {
    seconds = seconds < Self.usual ? min(seconds * 4, Self.usual) : min(seconds * 1.05, Self.longest)
  }
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
    try wait(retryAfter, or: PollPause.first(after: pace), for: what)
    while true {
      let (order, retryAfter) = try look(at: url, for: what)
      if try isDone(order) { return order }
      try eachTime(order)
      try wait(retryAfter, or: pause.seconds(after: pace ?? 0), for: what)
      pause.grow()
    }
  }

  private func look(at url: ACMEURL, for what: String) throws -> (Order, RetryAfter?) {
    do { return try fetchOrder(at: url) } catch var failure as Failure {
      failure.begin(with: what)
      throw failure
    }
  }

  private func wait(_ retryAfter: RetryAfter?, or pause: Double, for what: String) throws {
    let seconds = max(retryAfter?.seconds ?? 0, pause)
    try budget.wait(seconds, for: what, retryAt: retryAfter?.time)
  }
}
