import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

extension OrderRun {
  /// How long a refused challenge may take to show that it moves all the same, and how often that is looked for.
  private static let patience = 1.5
  private static let pauseBetweenLooks = 0.5
  private static let pauseForEach = 0.2

  /// Decides what is to be thought of challenges whose answer the CA has refused: somebody else may have answered them,
  /// since a CA gives the same pending authorization to several orders; or it has looked already, and says so in this
  /// way.
  ///
  /// Throws `Failure` 77 with the CA's words of each, unless it works on all of them.
  func weigh(_ refusals: [ACMEURL: Failure]) throws {
    var open = document.authorizations.map(\.url).filter { refusals[$0] != nil }
    guard !open.isEmpty else { return }
    let others = document.awaited.map(\.url).filter { refusals[$0] == nil }
    let pause = min(Self.patience, max(Self.pauseBetweenLooks, Self.pauseForEach * Double(open.count)))
    let end = client.budget.clock.monotonic() + Self.patience
    repeat {
      try lookAgain(at: open)
      open = open.filter { !document.works(at: $0) }
      guard !open.isEmpty else { return }
      tool.messages.progress(open.compactMap { refusals[$0]?.problem?.summary }.joined(separator: "; "))
    } while try wait(pause, until: end, for: document.failed.isEmpty, next: open)
    try lookAgain(at: others)
    try refuseFailedNames(givenUp: Set(open), refusals: refusals.filter { open.contains($0.key) })
  }

  /// Whether there was time to wait.
  private func wait(_ pause: Double, until end: Double, for isOpen: Bool, next: [ACMEURL]) throws -> Bool {
    let budget = client.budget
    let isTime = isOpen && pause < budget.remaining && budget.clock.monotonic() + pause <= end + pause / 2
    guard client.world.goesOn(with: next) ?? isTime else { return false }
    try budget.clock.sleep(pause)
    return true
  }
}

extension OrderDocument {
  /// Whether the CA works at the chosen challenge of the authorization at `url` without complaint, or is done with it.
  fileprivate func works(at url: ACMEURL) -> Bool {
    guard let authorization = authorizations.first(where: { $0.url == url }) else { return false }
    if authorization.status == .valid { return true }
    guard authorization.status == .pending, let chosen = authorization.chosen else { return false }
    return [.processing, .valid].contains(chosen.status) && chosen.error == nil
  }
}
