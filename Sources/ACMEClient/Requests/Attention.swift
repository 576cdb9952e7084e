package import ACMECore

/// When an order, and each authorization of it that is awaited, is to be looked at next.
///
/// The order tells most at the lowest price, but some CAs leave it pending for ever when a challenge has failed, and
/// none says in it why. So a few authorizations are looked at all the time; of many, first none and then a few each
/// second in turn.
package struct Attention {
  private static let few = 6
  private static let firstLookOfFew = 0.5
  private static let firstLookForEach = 0.4
  private static let longestUntilFirstLook = 10.0
  private static let looksPerSecond = 4.0
  private static let requestsPerSecond = 5.0
  private static let mostAtOnce = 4.0

  private var orderPause = PollPause()
  private var orderAt: Double
  /// The order isn't asked for before, since the CA wants that.
  private var orderNotBefore: Double
  private var hasHurried = false
  /// Between two looks at the same one.
  private let lookPause: Double
  private var lookAt: [ACMEURL: Double]
  /// How many requests may be made now; the order's count, but needn't wait.
  private var allowance = mostAtOnce
  private var allowedAt: Double

  /// - Parameters:
  ///   - urls: the authorizations that are awaited.
  ///   - urgent: those of them of which the CA has said something that may be the end.
  ///   - pauses: how many seconds the CA wants to be left alone with them (RFC 8555 §7.5.1). The order can't change
  ///     before one of them does.
  ///   - pace: how many seconds the CA took to answer last, where it has been asked anything.
  package init(
    to urls: [ACMEURL], urgent: Set<ACMEURL>, pauses: [ACMEURL: Double] = [:], from now: Double, pace: Double? = nil
  ) {
    orderAt = now + max(PollPause.first(after: pace), urls.map { pauses[$0, default: 0] }.min() ?? 0)
    orderNotBefore = orderAt
    allowedAt = now
    let count = Double(urls.count)
    lookPause = max(PollPause.longest, count / Self.looksPerSecond)
    let first =
      now
      + (urls.count <= Self.few
        ? Self.firstLookOfFew : min(Self.firstLookForEach * count, Self.longestUntilFirstLook))
    lookAt = Dictionary(
      urls.map { ($0, max(urgent.contains($0) ? now : first, now + pauses[$0, default: 0])) }
    ) { one, _ in one }
  }

  // MARK: The order

  package func isOrderDue(at now: Double) -> Bool { now >= orderAt }

  /// The moment at which the order is asked for next, if nothing changes that.
  package var orderDueAt: Double { orderAt }

  package mutating func askedForOrder(at now: Double, pace: Double = 0, retryAfter: RetryAfter?) {
    orderNotBefore = now + (retryAfter?.seconds ?? 0)
    orderAt = max(orderNotBefore, now + orderPause.seconds(after: pace))
    orderPause.grow()
    spend(1, at: now)
  }

  /// Has the order asked for as soon as the CA lets us: there is reason to think that it has changed.
  package mutating func hurryOrder() {
    // Once: a CA that is slow to see that all names are valid gets the usual pauses.
    guard !hasHurried else { return }
    hasHurried = true
    orderAt = min(orderAt, orderNotBefore)
  }

  // MARK: Authorizations

  /// Those of `urls` to be looked at now, the longest due first, and no more than is polite.
  package mutating func due(of urls: [ACMEURL], at now: Double) -> [ACMEURL] {
    let due = urls.map { ($0, lookAt[$0, default: now]) }.filter { $0.1 <= now }.sorted { $0.1 < $1.1 }
    return Array(due.map(\.0).prefix(room(at: now)))
  }

  package mutating func lookedAt(_ url: ACMEURL, at now: Double, retryAfter: RetryAfter?) {
    lookAt[url] = now + max(lookPause, retryAfter?.seconds ?? 0)
    spend(1, at: now)
  }

  // MARK: Both

  /// How many requests may be made now.
  package mutating func room(at now: Double) -> Int {
    allowance = min(Self.mostAtOnce, allowance + (now - allowedAt) * Self.requestsPerSecond)
    allowedAt = now
    return max(0, Int(allowance))
  }

  package mutating func spend(_ requests: Int, at now: Double) {
    _ = room(at: now)
    allowance -= Double(requests)
  }

  /// The moment when the next of all is due, `urls` being those that are still awaited.
  package func next(of urls: [ACMEURL]) -> Double {
    guard let look = urls.compactMap({ lookAt[$0] }).min() else { return orderAt }
    let allowed = allowedAt + max(0, 1 - allowance) / Self.requestsPerSecond
    return min(orderAt, max(look, allowed))
  }
}
