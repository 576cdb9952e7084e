import ACMECore
import ACMETool

/// http-01: answers from this process while the CA looks.
struct StandaloneSolver: Solver {
  private let port: ListeningPort<String>

  init(_ address: ListeningAddress) { port = ListeningPort(address) }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.http01.canProve(identifier) ? .http01 : nil
  }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws { try port.take() }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard case .http(let token, _, let body) = proof.publication else { return }
    try port.show(body, as: path(of: token)) { answers in { HTTPConnection($0, answers) } }
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) {
    guard case .http(let token, _, _) = proof.publication else { return }
    port.hide(path(of: token))
  }

  private func path(of token: Token) -> String { "/\(Publication.httpFolder)/\(token.text)" }
}
