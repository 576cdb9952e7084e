package import ACMECore

/// The time, and what there is beside the CA: as it is now, or as it was when a trace was made that is played again.
/// There, what depended on the time is decided by how the trace goes on.
package struct World {
  package let clock: Clock
  private let replay: Replay?

  /// - Parameter replay: a trace that stands in for the CA.
  package init(_ clock: Clock, replaying replay: Replay? = nil) {
    self.clock = replay?.clock(clock) ?? clock
    self.replay = replay
  }

  /// What answers in the CA's place; nil where the CA does.
  package var transport: (any Transport)? { replay.map(ReplayTransport.init) }

  /// A trace has nothing of the DNS.
  package var hasDNS: Bool { replay == nil }

  /// Whether the run goes on with one of `urls`; nil where nobody can know, and the time decides.
  package func goesOn(with urls: [ACMEURL]) -> Bool? {
    replay.map { replay in urls.contains(where: replay.isNext) }
  }

  /// Those of `urls` that are asked for next; where nobody can know, those that are `due`.
  package func next(of urls: [ACMEURL], due: () -> [ACMEURL]) -> [ACMEURL] {
    replay.map { replay in urls.filter(replay.isNext) } ?? due()
  }

  /// Whether what a document says of the CA was fetched less than `maxAge` seconds ago.
  func isYoung(_ section: CASection, maxAge: Int64) -> Bool {
    guard let replay else {
      let age = clock.wall().seconds - section.endpointsAt.seconds
      return (-Self.maxClockError..<maxAge).contains(age)
    }
    // A run that found it too old began with the directory.
    return !replay.beginnings(with: section.directory).contains { $0.seconds - section.endpointsAt.seconds >= maxAge }
  }

  private static let maxClockError: Int64 = 300
}
