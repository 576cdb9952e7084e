import ACMECore

/// Throws `Failure` 77 where the CA could not validate a name, with its own words for each.
func refuseFailedChallenges(_ document: OrderDocument) throws {
  let failed = document.authorizations.filter { authorization in
    [.invalid, .deactivated, .expired, .revoked].contains(authorization.status)
      || authorization.status == .pending && authorization.chosen.map { $0.status == .invalid } == true
  }
  guard let first = failed.first else { return }
  let problem = first.failedChallenge?.error ?? document.order.error
  guard failed.count > 1 else {
    throw Failure(.refused, "\(sentence(of: first)) (order \(document.url))", problem: problem)
  }
  var failure = Failure(
    .refused,
    "the CA could not validate \(failed.count) of \(document.authorizations.count) names (order \(document.url))")
  failure.details = failed.map(sentence)
  failure.problem = problem
  throw failure
}

/// "the CA could not validate example.org by http-01: no such host (dns)"
private func sentence(of authorization: Authorization) -> String {
  guard [.pending, .invalid].contains(authorization.status) else {
    return "the authorization for \(authorization.identifier) is \(authorization.status)"
  }
  let challenge = authorization.failedChallenge
  let type = challenge.map { " by \($0.type)" } ?? ""
  let reason = challenge?.error.map { ": \($0.summary)" } ?? ""
  return "the CA could not validate \(authorization.identifier)\(type)\(reason)"
}
