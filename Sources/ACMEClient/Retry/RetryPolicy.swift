package import ACMECore

/// How often, and after how long, a request is sent, and sent again.
package struct RetryPolicy: Sendable {
  /// What Let's Encrypt lets one address do is 250 a second, and 125 at once.
  package var requestsPerSecond = 240.0
  package var requestsAtOnce = 120.0
  /// Of one request refused with badNonce. At 60 % refused, one in 10^9 is lost.
  package var badNonceAttempts = 40
  /// As many of them come without a pause: a nonce is stale, and the next one is at hand.
  package var badNonceAttemptsAtOnce = 10
  package var badNoncePause = 0.05
  /// Of one request that a fault of the server or the line ended.
  package var faultAttempts = 7
  /// Of one request that could not be sent at all.
  package var connectAttempts = 3
  /// Of one request for what was made a moment ago, which not every machine of the CA's may know yet.
  package var notFoundAttempts = 3
  package var notFoundPause = 1.0
  package var firstPause = 0.25
  package var longestPause = 16.0

  package init() {}

  /// Exponential, and jittered between half and the whole, so that a thousand clients don't come back at once.
  func pause(afterFault number: Int, random: Double) -> Double {
    let pause = min(longestPause, firstPause * Double(1 << min(number - 1, 20)))
    return pause * (0.5 + random / 2)
  }
}

/// Whether a request may be sent again after the answer to it was lost.
package enum Repeatable: Sendable {
  /// It changes nothing, or the same the second time.
  case always
  /// Twice does little harm, more often might.
  case once
  /// What became of it is looked up first: the caller does that.
  case afterLookUp
}

/// The answer to a request was lost that must not be sent again blindly.
package struct LostAnswer: Error {
  /// What is to be said if the look-up doesn't help.
  package let failure: Failure
  /// The moment, by the clock that is never set back, from which on it may be sent again, if the look-up says that it
  /// has to be.
  package let notBefore: Double

  /// How many seconds are left until then.
  package func pause(_ clock: Clock) -> Double { max(0, notBefore - clock.monotonic()) }

  /// Waits until then. Throws `Failure` 75 where no time is left for that, and `Interrupted`.
  package func wait(within budget: Budget) throws {
    try budget.wait(pause(budget.clock), for: failure.message, retryAt: failure.retryAt)
  }
}
