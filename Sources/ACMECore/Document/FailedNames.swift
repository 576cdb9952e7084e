extension OrderDocument {
  /// The names whose control can't be proved in this order any more.
  package var failed: [Authorization] {
    authorizations.filter { authorization in
      [.invalid, .deactivated, .expired, .revoked].contains(authorization.status)
        || authorization.status == .pending && authorization.chosen?.status == .invalid
    }
  }

  /// Throws `Failure` 77 where the CA could not validate a name, with its own words for each name that it has said
  /// something of, so that one doesn't hide the others.
  ///
  /// - Parameters:
  ///   - givenUp: authorizations that are pending, and that nobody waits for any longer.
  ///   - refusals: why the CA didn't even want to look.
  ///   - servers: what shows the proofs of the names to the CA, where that is known.
  package func refuseFailedNames(
    givenUp: Set<ACMEURL> = [], refusals: [ACMEURL: Failure] = [:], shownBy servers: [Identifier: ProofServer] = [:]
  ) throws(Failure) {
    let failed = Set(self.failed.map(\.url)).union(givenUp)
    guard !failed.isEmpty else { return }
    let names = authorizations.compactMap { authorization -> FailedName? in
      let name = FailedName(
        authorization, refusal: refusals[authorization.url], shownBy: servers[authorization.identifier])
      let isTold = authorization.status == .pending && name.problem != nil
      return failed.contains(authorization.url) || isTold ? name : nil
    }
    var failure =
      if names.count == 1 { names[0].failure(orderError: order.error) } else { failureOf(names) }
    failure.order = self
    throw failure
  }

  private func failureOf(_ names: [FailedName]) -> Failure {
    let isSilent = !names.contains { $0.problem != nil || $0.refusal != nil }
    let reason = isSilent ? order.error : nil
    return Failure(
      .refused,
      "the CA could not validate \(names.count) of \(authorizations.count) names"
        + (reason.map { ": \($0.summary)" } ?? ""),
      hint: FailedName.hint(of: names), problem: reason ?? Problem(compound: names.map(\.subproblem)))
  }
}

/// What shows a proof to the CA, where that isn't some server of which nothing is known.
package enum ProofServer: Sendable {
  /// A web server, whose folder was named.
  case ofWebRoot
  case thisTool
}

/// A name that the CA could not validate, and why.
private struct FailedName {
  /// The types of a refusal that says what the CA has found (RFC 8555 §6.7).
  private static let ofValidation = ["connection", "dns", "incorrectResponse", "tls", "unauthorized"]

  let authorization: Authorization
  /// Why the CA didn't want to look, where that is the last that it has said.
  let refusal: Failure?
  private let challenge: Challenge?
  private let server: ProofServer?

  init(_ authorization: Authorization, refusal: Failure?, shownBy server: ProofServer?) {
    self.authorization = authorization
    self.server = server
    let isFinal = authorization.status != .pending || authorization.chosen?.status == .invalid
    challenge = isFinal ? authorization.failedChallenge : authorization.challengeAtWork
    self.refusal = isFinal && challenge?.error != nil ? nil : refusal
  }

  var problem: Problem? { refusal?.problem ?? challenge?.error }

  func failure(orderError: Problem?) -> Failure {
    guard var failure = refusal else {
      let problem = challenge?.error ?? orderError
      return Failure(.refused, sentence(problem), hint: Self.hint(of: [self]), problem: problem)
    }
    failure.message = "\(authorization.identifier): \(failure.message)"
    if let error = challenge?.error, error.summary != failure.problem?.summary {
      failure.message += "; its challenge says: \(error.summary)"
    }
    let isOfValidation = problem.map { Self.ofValidation.contains($0.type.name) } ?? false
    failure.hint = failure.hint ?? (isOfValidation ? Self.hint(of: [self]) : nil)
    return failure
  }

  /// "the CA could not validate example.org by http-01: no such host (dns)"
  private func sentence(_ problem: Problem?) -> String {
    guard [.pending, .invalid].contains(authorization.status) else {
      return "the authorization for \(authorization.identifier) is \(authorization.status)"
    }
    let type = challenge.map { " by \($0.type)" } ?? ""
    return "the CA could not validate \(authorization.identifier)\(type)" + (problem.map { ": \($0.summary)" } ?? "")
  }

  var subproblem: JSONObject {
    (problem ?? Problem(["detail": .string(refusal?.message ?? sentence(nil))])).object(of: authorization.identifier)
  }

  /// What to look at first.
  private var firstLook: String? {
    let kind = problem?.type.name
    if kind == "caa" { return "the CAA records of the name, or of a domain above it, have to allow this CA" }
    guard let type = challenge?.type, kind == nil || Self.ofValidation.contains(kind ?? "") else { return nil }
    switch type {
    case .http01 where isUnresolvable: return "does the name stand in the DNS, and lead to \(machine)?"
    case .http01 where kind == "connection": return "can the CA reach port 80 of that name from outside?"
    case .http01:
      return switch server {
      case .ofWebRoot: "is the web root the folder that the web server shows for that name, on port 80?"
      case .thisTool: "does port 80 of that name lead to this tool while the CA looks?"
      case nil: "does port 80 of that name show what was to be published, from outside too?"
      }
    case .tlsALPN01 where isUnresolvable: return "does the name stand in the DNS, and lead to \(machine)?"
    case .tlsALPN01 where kind == "connection": return "can the CA reach port 443 of that name from outside?"
    case .tlsALPN01 where server == .thisTool:
      return "does port 443 of that name lead to this tool while the CA looks?"
    case .tlsALPN01: return "does port 443 of that name show the certificate that was to be published?"
    case .dns01, .dnsAccount01:
      return "do all name servers of the zone show the record? --dns-wait SECONDS waits until they do"
    default: return nil
    }
  }

  /// Where the name has to lead.
  private var machine: String {
    switch server {
    case .ofWebRoot: "this web server"
    case .thisTool: "this machine"
    case nil: "the server that shows the proof"
    }
  }

  /// Some CAs call it a failed connection, as it was for them.
  private var isUnresolvable: Bool {
    guard let problem else { return false }
    let detail = problem.detail?.lowercased() ?? ""
    return problem.type.name == "dns"
      || problem.type.name == "connection" && ["no such host", "nxdomain", "resolve"].contains(where: detail.contains)
  }

  /// One for all, or each with the names that it is for; and how to look before the next order.
  static func hint(of names: [FailedName]) -> String? {
    let looks = names.reduce(into: [String?]()) { if !$0.contains($1.firstLook) { $0.append($1.firstLook) } }
    let hints = looks.compactMap { look in
      look.map { text in
        guard looks.count > 1 else { return text }
        let concerned = names.filter { $0.firstLook == text }.map(\.authorization.identifier)
        return "\(concerned.list.shown(limit: 200)): \(text)"
      }
    }
    guard !hints.isEmpty else { return nil }
    return hints.joined(separator: "; ") + "; acme-challenge check shows it before the next order"
  }
}

extension Problem {
  /// One problem for several names, in the form that a CA has for it (RFC 8555 §6.7.1).
  package init(compound subproblems: [JSONObject]) {
    self.init([
      "subproblems": .array(subproblems.map { .object($0) }), "type": .string(Problem.Kind.compound.rawValue),
    ])
  }

  /// As the problem of one among several names.
  package func object(of identifier: Identifier) -> JSONObject {
    var object = raw
    object["identifier"] = .object(identifier.object)
    return object
  }
}
