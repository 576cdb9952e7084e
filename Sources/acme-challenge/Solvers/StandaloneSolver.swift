import ACMECore
import ACMETool

/// http-01: answers from this process while the CA looks.
struct StandaloneSolver: Solver {
  private let port: ListeningPort<String>

  init(_ address: ListeningAddress) { port = ListeningPort(address) }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.http01.canProve(identifier) ? .http01 : nil
  }

  func prepare(for identifiers: [Identifier]) throws { try port.take() }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    try port.show(proof.keyAuthorization, as: path(of: proof)) { answers in { HTTPConnection($0, answers) } }
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) { port.hide(path(of: proof)) }

  private func path(of proof: Proof) -> String { "/\(Publication.httpFolder)/\(proof.token.text)" }
}
