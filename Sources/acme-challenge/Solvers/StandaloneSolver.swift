import ACMECore
import ACMETool

/// http-01: answers from this process while the CA looks.
final class StandaloneSolver: Solver {
  private let address: ListeningAddress
  private let answers = Answers<String>()
  private var sockets: ListeningSockets?
  private var listener: Listener?

  init(_ address: ListeningAddress) { self.address = address }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.http01.canProve(identifier) ? .http01 : nil
  }

  /// Takes the port, so that one that is in use is known before the CA hears of the order.
  func prepare(for identifiers: [Identifier]) throws {
    guard sockets == nil else { return }
    sockets = try ListeningSockets(address)
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    try prepare(for: [])
    answers["/\(Publication.httpFolder)/\(proof.token.text)"] = proof.keyAuthorization
    guard listener == nil, let sockets else { return }
    listener = try Listener(sockets) { [answers] in HTTPConnection($0, answers) }
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) {
    answers["/\(Publication.httpFolder)/\(proof.token.text)"] = nil
    guard answers.isEmpty else { return }
    listener?.close()
    listener = nil
    sockets = nil
  }
}
