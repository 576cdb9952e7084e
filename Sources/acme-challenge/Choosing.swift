import ACMECore
import ACMENetwork
import ACMETool

extension OrderRun {
  /// Says of each pending authorization by which challenge it is to be proved, where one is chosen.
  func sayHowProved() {
    for authorization in document.authorizations where authorization.status == .pending {
      guard let chosen = authorization.chosen else { continue }
      tool.messages.step("\(authorization.identifier): to be proved by \(chosen.type)")
    }
  }
}

extension OrderDocument {
  /// The document, in which for each pending authorization the challenge is marked that its solver meets.
  func choosing(by solvers: Solvers) throws -> OrderDocument {
    try choosing { authorization in
      guard let type = solvers.challengeType(for: authorization.identifier) else { return nil }
      return try offered(type, by: authorization)
    }
  }

  /// The same with the challenge of `type`; where there is no telling which, the one that was chosen, or the only one
  /// that can be met.
  func choosing(_ type: Challenge.Kind?, isRequired: Bool) throws -> OrderDocument {
    try choosing { authorization in
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

  /// Marks the challenge that `type` names, for each authorization that is pending.
  private func choosing(_ type: (Authorization) throws -> Challenge.Kind?) throws -> OrderDocument {
    var document = self
    for (index, authorization) in authorizations.enumerated() where authorization.status == .pending {
      if let type = try type(authorization) { document.authorizations[index].choose(type) }
    }
    return document
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
