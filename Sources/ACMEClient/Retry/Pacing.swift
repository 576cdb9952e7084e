/// How many requests are begun in a time: a few at once, and then so many a second.
struct Pacing {
  private let perSecond: Double
  private let atOnce: Double
  private var allowance: Double
  private var allowedAt = 0.0

  init(_ policy: RetryPolicy) {
    perSecond = policy.requestsPerSecond
    atOnce = policy.requestsAtOnce
    allowance = atOnce
  }

  /// How many seconds are left until one may be begun; 0 where that is now.
  func pause(at now: Double) -> Double { max(0, 1 - allowance(at: now)) / perSecond }

  mutating func spend(at now: Double) {
    allowance = allowance(at: now) - 1
    allowedAt = now
  }

  private func allowance(at now: Double) -> Double {
    min(atOnce, allowance + max(0, now - allowedAt) * perSecond)
  }
}
