import ACMECore
import ACMETool
import ArgumentParser

struct ALPNOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("tls-alpn-01: answer on this port while the CA looks.", valueName: "[addr:]port"),
    transform: ListeningAddress.init(text:))
  var alpn: ListeningAddress?

  var solver: (any Solver)? { alpn.map(ALPNSolver.init) }
}

/// tls-alpn-01: shows a certificate with the proof to who asks for `acme-tls/1` (RFC 8737, for addresses RFC 8738).
struct ALPNSolver: Solver {
  private let port: ListeningPort<ShownCertificate>

  init(_ address: ListeningAddress) { port = ListeningPort(address) }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.tlsALPN01.canProve(identifier) ? .tlsALPN01 : nil
  }

  var server: ProofServer? { .thisTool }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws { try port.take() }

  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws {
    try inPlace.each(proofs, at: place) { proof in
      guard case .tls(let name, _) = proof.publication, let keyAuthorization = proof.keyAuthorization else { return }
      let address: IPAddress? = if case .ip(let address) = proof.identifier { address } else { nil }
      let certificate = try ValidationCertificate(for: proof.identifier, keyAuthorization: keyAuthorization.text)
      try port.show(ShownCertificate(certificate: certificate, address: address), as: name) { certificates in
        let context = try TLSContext(certificates)
        return { TLSConnection($0, context) }
      }
    }
  }

  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {
    cleanup.each(proofs, at: place) { proof in
      guard case .tls(let name, _) = proof.publication else { return false }
      port.hide(name)
      return true
    }
  }

  private func place(of proof: Proof) -> String { "a certificate on \(port.text)" }
}
