import ACMECore
import ACMETool

/// http-01: files below the folder that a web server shows (RFC 8555 §8.3).
struct WebRootSolver: Solver {
  private let general: String?
  private let named: [Identifier: String]

  init(_ arguments: [WebRootArgument]) {
    general = arguments.first { $0.identifier == nil }?.folder
    named = Dictionary(
      uniqueKeysWithValues: arguments.compactMap { argument in
        argument.identifier.map { ($0, argument.folder) }
      })
  }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    switch identifier {
    case .dns(_, wildcard: false), .ip: folder(for: identifier) == nil ? nil : .http01
    default: nil
    }
  }

  func prepare(for identifiers: [Identifier]) throws {
    for folder in Set(identifiers.compactMap(folder)).sorted() { _ = try WebRoot(folder) }
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard let folder = folder(for: proof.identifier) else { return }
    try WebRoot(folder).put(proof.keyAuthorization, as: proof.token)
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) throws {
    guard let folder = folder(for: proof.identifier) else { return }
    try WebRoot(folder).remove(proof.token, ifStill: proof.keyAuthorization)
  }

  private func folder(for identifier: Identifier) -> String? { named[identifier] ?? general }
}
