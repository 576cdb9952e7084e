/// How much time a tool's own work may still take.
package struct Budget {
  package let clock: Clock
  private let seconds: Int
  private let hint: String?
  private let end: Double
  private let pauses = Pauses()

  private final class Pauses {
    var seconds = 0.0
  }

  /// - Parameter hint: what a person can do where it was too little.
  package init(seconds: Int, clock: Clock, hint: String? = nil) {
    self.clock = clock
    self.seconds = seconds
    self.hint = hint
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
    Failure(.notNow, "the time allowed (\(seconds) s) is over while \(what)", hint: hint)
  }

  /// Waits, unless that would be longer than is left: then there is no use in waiting at all.
  package func wait(_ seconds: Double, for what: String, retryAt: Timestamp? = nil) throws {
    guard seconds < remaining else {
      let retryAt = retryAt ?? clock.wall() + Int64(seconds.rounded(.up))
      throw Failure(
        .notNow, "\(what), and the next look at \(retryAt) is past the time allowed (\(self.seconds) s)",
        hint: hint, retryAt: retryAt)
    }
    try clock.sleep(seconds)
  }
}
