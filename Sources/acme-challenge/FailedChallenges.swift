import ACMECore

/// Throws `Failure` 77 where the CA could not validate a name, with its own words for each.
func refuseFailedChallenges(_ document: OrderDocument) throws {
  let failed = document.authorizations.filter { authorization in
    [.invalid, .deactivated, .expired, .revoked].contains(authorization.status)
      || authorization.status == .pending && authorization.chosen.map { $0.status == .invalid } == true
  }
  guard let first = failed.first else { return }
  guard failed.count > 1 else {
    let problem = first.failedChallenge?.error ?? document.order.error
    throw Failure(.refused, sentence(of: first, problem), hint: hint(for: failed), problem: problem)
  }
  throw Failure(
    .refused, "the CA could not validate \(failed.count) of \(document.authorizations.count) names",
    hint: hint(for: failed), problem: compound(failed))
}

/// What to look at first, for the way that most people take.
private func hint(for failed: [Authorization]) -> String? {
  guard let challenge = failed.lazy.compactMap(\.failedChallenge).first(where: { $0.type == .http01 }) else {
    return nil
  }
  return switch challenge.error?.type.name {
  case "connection": "can the CA reach port 80 of that name from outside?"
  case "dns": "does the name stand in the DNS, and lead to this web server?"
  default: "is the web root the folder that the web server shows for that name, on port 80?"
  }
}

/// "the CA could not validate example.org by http-01: no such host (dns)"
private func sentence(of authorization: Authorization, _ problem: Problem?) -> String {
  guard [.pending, .invalid].contains(authorization.status) else {
    return "the authorization for \(authorization.identifier) is \(authorization.status)"
  }
  let type = authorization.failedChallenge.map { " by \($0.type)" } ?? ""
  return "the CA could not validate \(authorization.identifier)\(type)" + (problem.map { ": \($0.summary)" } ?? "")
}

/// One problem for several names, in the form that a CA has for it (RFC 8555 §6.7.1), each with the CA's own words.
private func compound(_ failed: [Authorization]) -> Problem {
  let subproblems = failed.map { authorization in
    let problem = authorization.failedChallenge?.error
    var object = problem?.raw ?? ["detail": .string(sentence(of: authorization, nil))]
    object["identifier"] = .object(authorization.identifier.object)
    return JSON.object(object)
  }
  return Problem(["subproblems": .array(subproblems), "type": .string(Problem.Kind.compound.rawValue)])
}
