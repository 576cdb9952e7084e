import ACMECore
import ACMETool

/// Waits until the name servers show what was published, so that the CA doesn't look too early.
struct DNSWait {
  private static let mostShown = 5

  private let seconds: Int
  private let look: RecordsLook

  /// - Parameter server: nil for this machine's resolver, and the zones' own servers.
  init(seconds: Int, asking server: SocketAddress?, _ tool: Tool) throws {
    self.seconds = seconds
    look = try RecordsLook(asking: server, tool)
  }

  /// Throws `Failure` 75 when the time is over, and `Interrupted`.
  func run(for records: [TXTRecord]) throws {
    let budget = Budget(seconds: seconds, clock: Signals.clock)
    let lacking = try look.look(for: records, within: budget, isPatient: true).filter { !$0.isShown }
    if !lacking.isEmpty { throw late(lacking) }
  }

  private func late(_ awaited: [AwaitedRecords]) -> Failure {
    let lacking = awaited.flatMap(\.sentences)
    let more = lacking.count > Self.mostShown ? ", and \(lacking.count - Self.mostShown) more" : ""
    let passed = awaited.flatMap(\.complaints).unique.prefix(Self.mostShown).map { "; \($0.text)" }
    return Failure(
      .notNow,
      "the time of --dns-wait (\(seconds) s) is over: "
        + lacking.prefix(Self.mostShown).joined(separator: ", ") + more + passed.joined(),
      hint: "allow more with --dns-wait, or go on later",
      retryAt: Signals.clock.wall() + Int64(RecordsLook.longestPause))
  }
}
