import ACMECore
import ACMETool
import ArgumentParser

struct StandaloneOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("http-01: answer on this port while the CA looks.", valueName: "[addr:]port"),
    transform: ListeningAddress.init(text:))
  var standalone: ListeningAddress?

  var solver: (any Solver)? { standalone.map(StandaloneSolver.init) }
}

/// http-01: serves the files from this process while the CA looks.
struct StandaloneSolver: Solver {
  private let port: ListeningPort<String>

  init(_ address: ListeningAddress) { port = ListeningPort(address) }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.http01.canProve(identifier) ? .http01 : nil
  }

  var server: ProofServer? { .thisTool }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws { try port.take() }

  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws {
    try inPlace.each(proofs, at: place) { proof in
      guard case .http(let token, _, let body) = proof.publication else { return }
      try port.show(body, as: Publication.path(of: token)) { shown in { HTTPConnection($0, shown) } }
    }
  }

  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {
    cleanup.each(proofs, at: place) { proof in
      guard case .http(let token, _, _) = proof.publication else { return false }
      port.hide(Publication.path(of: token))
      return true
    }
  }

  private func place(of proof: Proof) -> String {
    guard case .http(let token, _, _) = proof.publication else { return port.text }
    return "\(Publication.path(of: token)) on \(port.text)"
  }
}
