import ACMECore
import ACMETool

extension OrderDocument {
  /// Marks, for each pending authorization, the challenge that its solver meets.
  mutating func choose(by solvers: Solvers) throws {
    authorizations = try choosing { authorization in
      guard let type = solvers.solver(for: authorization.identifier)?.type else { return nil }
      return try offered(type, by: authorization)
    }
  }

  /// Marks the challenge of `type`; where there is no telling which, the one that was chosen, or the only one
  /// that can be met.
  mutating func choose(type: Challenge.Kind?, isRequired: Bool) throws {
    authorizations = try choosing { authorization in
      if let type { return try offered(type, by: authorization) }
      if let chosen = authorization.chosen { return chosen.type }
      let possible = possibleTypes(of: authorization)
      guard isRequired else { return nil }
      switch possible.count {
      case 1: return possible[0]
      case 0: throw unmeetable(authorization, "none that these tools can meet")
      default:
        throw Failure(
          .usage, "no challenge is chosen for \(authorization.identifier)",
          hint: "say --type with one of \(possible.map(\.rawValue).joined(separator: ", "))")
      }
    }
  }

  /// The authorizations, with the challenges marked that `type` names for the pending ones.
  private func choosing(_ type: (Authorization) throws -> Challenge.Kind?) throws -> [Authorization] {
    try authorizations.map { authorization in
      guard authorization.status == .pending, let type = try type(authorization) else { return authorization }
      var authorization = authorization
      authorization.choose(type)
      return authorization
    }
  }

  /// The types of challenge that say what to publish.
  private func possibleTypes(of authorization: Authorization) -> [Challenge.Kind] {
    authorization.challenges.filter { publication($0, of: authorization) != nil }.map(\.type)
  }

  private func offered(_ type: Challenge.Kind, by authorization: Authorization) throws -> Challenge.Kind {
    let ofType = authorization.challenges.filter { $0.type == type }
    guard let challenge = ofType.first(where: { $0.oddity == nil }) ?? ofType.first else {
      throw unmeetable(authorization, "no \(type)")
    }
    do { _ = try checkedPublication(challenge, of: authorization) } catch {
      let isBroken = challenge.oddity != nil || error.breaksProtocol
      throw Failure(
        isBroken ? .protocolBroken : .refused,
        "the CA's \(type) for \(authorization.identifier) can't be met: \(error.reason) (order \(url))")
    }
    return type
  }

  private func unmeetable(_ authorization: Authorization, _ what: String) -> Failure {
    let types = authorization.challenges.map { challenge in
      challenge.oddity.map { "one that can't be used (\($0.reason.shown(limit: 300)))" } ?? challenge.type.description
    }
    return Failure(
      authorization.challenges.contains { $0.oddity != nil } ? .protocolBroken : .refused,
      "the CA offers \(what) for \(authorization.identifier), but "
        + (types.isEmpty ? "no challenge at all" : types.joined(separator: ", ")) + " (order \(url))")
  }
}
