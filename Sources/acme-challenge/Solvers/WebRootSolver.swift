import ACMECore
import ACMETool

/// http-01: files below the folder that a web server shows (RFC 8555 §8.3).
struct WebRootSolver: Solver {
  private let general: Path?
  private let named: [Identifier: Path]

  init(_ arguments: [WebRootArgument]) {
    general = arguments.first { $0.identifier == nil }?.folder
    named = Dictionary(
      uniqueKeysWithValues: arguments.compactMap { argument in
        argument.identifier.map { ($0, argument.folder) }
      })
  }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.http01.canProve(identifier) && folder(for: identifier) != nil ? .http01 : nil
  }

  var server: ProofServer? { .ofWebRoot }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    var known: Set<Path> = []
    for folder in identifiers.compactMap(folder) where known.insert(folder).inserted { try WebRoot(folder).prove() }
  }

  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws {
    try inPlace.each(proofs, at: place) { proof in
      do {
        guard let file = try file(for: proof) else { return }
        try file.root.put(file.body, as: file.token)
      } catch {
        throw NeverBegun(reason: error)
      }
    }
  }

  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {
    cleanup.each(proofs, at: place) { proof in
      guard let file = try file(for: proof) else { return false }
      return try file.root.remove(file.token, ifStill: file.body)
    }
  }

  private func place(of proof: Proof) -> String {
    guard let folder = folder(for: proof.identifier), case .http(let token, _, _) = proof.publication else {
      return proof.sight
    }
    return WebRoot.file(token, below: folder)
  }

  private func file(for proof: Proof) throws -> (root: WebRoot, token: Token, body: String)? {
    guard let folder = folder(for: proof.identifier), case .http(let token, _, let body) = proof.publication else {
      return nil
    }
    return (try WebRoot(folder), token, body)
  }

  private func folder(for identifier: Identifier) -> Path? { named[identifier] ?? general }
}
