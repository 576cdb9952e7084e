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

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    var known: Set<Path> = []
    for folder in identifiers.compactMap(folder) where known.insert(folder).inserted { _ = try WebRoot(folder) }
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard let folder = folder(for: proof.identifier), case .http(let token, _, let body) = proof.publication else {
      return
    }
    try WebRoot(folder).put(body, as: token)
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard let folder = folder(for: proof.identifier), case .http(let token, _, let body) = proof.publication else {
      return
    }
    try WebRoot(folder).remove(token, ifStill: body)
  }

  private func folder(for identifier: Identifier) -> Path? { named[identifier] ?? general }
}
