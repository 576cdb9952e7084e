import ACMECore
import ACMETool

/// tls-alpn-01: shows a certificate with the proof to who asks for `acme-tls/1` (RFC 8737, for addresses RFC 8738).
final class ALPNSolver: Solver {
  private let address: ListeningAddress
  private let certificates = Answers<ValidationCertificate>()
  private var sockets: ListeningSockets?
  private var listener: Listener?

  init(_ address: ListeningAddress) { self.address = address }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.tlsALPN01.canProve(identifier) ? .tlsALPN01 : nil
  }

  func prepare(for identifiers: [Identifier]) throws {
    guard sockets == nil else { return }
    sockets = try ListeningSockets(address)
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard case .tls(let name, _) = proof.publication else { return }
    try prepare(for: [])
    certificates[name] = try ValidationCertificate(for: proof.identifier, keyAuthorization: proof.keyAuthorization)
    guard listener == nil, let sockets else { return }
    let context = try TLSContext(certificates)
    listener = try Listener(sockets) { TLSConnection($0, context) }
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) {
    guard case .tls(let name, _) = proof.publication else { return }
    certificates[name] = nil
    guard certificates.isEmpty else { return }
    listener?.close()
    listener = nil
    sockets = nil
  }
}
