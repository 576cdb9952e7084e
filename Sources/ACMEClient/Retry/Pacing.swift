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

  /// How many seconds are left until one may be begun; 0 where that is now. What rounding leaves is no time at all.
  func pause(at now: Double) -> Double {
    let missing = 1 - allowance(at: now)
    return missing > 1e-6 ? missing / perSecond : 0
  }

  mutating func spend(at now: Double) {
    allowance = allowance(at: now) - 1
    allowedAt = now
  }

  private func allowance(at now: Double) -> Double {
    min(atOnce, allowance + max(0, now - allowedAt) * perSecond)
  }
}
