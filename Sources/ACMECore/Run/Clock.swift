/// A signal that asks the tool to end came while it waited.
package struct Interrupted: Error {
  package init() {}
}

/// What tells time, and waits. Tests bring their own.
package struct Clock {
  /// Seconds from some fixed moment; never set back.
  package let monotonic: () -> Double
  package let wall: () -> Timestamp
  /// Throws `Interrupted`.
  package let sleep: (_ seconds: Double) throws -> Void
  /// From 0 up to 1, to spread retries.
  package let random: () -> Double

  package init(
    monotonic: @escaping () -> Double, wall: @escaping () -> Timestamp,
    sleep: @escaping (_ seconds: Double) throws -> Void,
    random: @escaping () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.monotonic = monotonic
    self.wall = wall
    self.sleep = sleep
    self.random = random
  }
}

/// How much time a tool's own work may still take.
package struct Budget {
  package let clock: Clock
  private let seconds: Int
  private let end: Double
  private let pauses = Pauses()

  private final class Pauses {
    var seconds = 0.0
  }

  package init(seconds: Int, clock: Clock) {
    self.clock = clock
    self.seconds = seconds
    end = clock.monotonic() + Double(seconds)
  }

  package var remaining: Double { end + pauses.seconds - clock.monotonic() }

  /// Runs `body`, whose time is not the tool's own; copies of this budget stand still as well.
  package func standingStill<Result>(_ body: () throws -> Result) rethrows -> Result {
    let began = clock.monotonic()
    defer { pauses.seconds += clock.monotonic() - began }
    return try body()
  }

  /// The failure of a budget that is spent while waiting for `what`.
  package func spent(on what: String) -> Failure {
    Failure(
      .notNow, "the time allowed (\(seconds) s) is over while \(what)",
      hint: "allow more with --timeout, or go on later")
  }

  /// Waits, unless that would be longer than is left: then there is no use in waiting at all.
  package func wait(_ seconds: Double, for what: String, retryAt: Timestamp? = nil) throws {
    guard seconds < remaining else {
      let retryAt = retryAt ?? clock.wall() + Int64(seconds.rounded(.up))
      throw Failure(
        .notNow, "\(what), and the next look at \(retryAt) is past the time allowed (\(self.seconds) s)",
        hint: "allow more with --timeout, or go on later", retryAt: retryAt)
    }
    try clock.sleep(seconds)
  }
}
