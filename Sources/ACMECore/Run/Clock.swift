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

/// A signal that asks the tool to end came while it waited.
package struct Interrupted: Error {
  package init() {}
}
