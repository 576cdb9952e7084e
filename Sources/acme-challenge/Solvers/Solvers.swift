import ACMECore
import ACMETool

extension SolverOptions {
  var solvers: Solvers { solvers(and: nil) }

  /// Every solver is listed here once, in the order in which they are asked.
  func solvers(and listener: ListenerOptions?) -> Solvers {
    let wanted: [(any Solver)?] = [
      webRoot.solver,
      listener?.standalone.solver,
      listener?.alpn.solver,
      hook.solver(by: choice.type),
      persist.solver,
      manual.solver(by: choice.type),
    ]
    return Solvers(wanted.compactMap { $0 })
  }
}

/// The solvers in the order in which they are asked.
struct Solvers {
  /// What one solver publishes, or takes away.
  struct Batch {
    let solver: any Solver
    let proofs: [Proof]
  }

  private let solvers: [any Solver]

  init(_ solvers: [any Solver]) { self.solvers = solvers }

  var isEmpty: Bool { solvers.isEmpty }

  /// The type of challenge that the first solver meets which can serve `identifier`; nil where none can.
  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    first(for: identifier).flatMap { solvers[$0].challengeType(for: identifier) }
  }

  /// Whether `challenge` is the one that is met for the name of `authorization`.
  func meet(_ challenge: Challenge, of authorization: Authorization) -> Bool {
    challengeType(for: authorization.identifier) == challenge.type
  }

  /// What shows the proofs of `identifiers`, of each of which that is known.
  func servers(for identifiers: [Identifier]) -> [Identifier: ProofServer] {
    let known = identifiers.compactMap { identifier in
      first(for: identifier).flatMap { solvers[$0].server }.map { (identifier, $0) }
    }
    return Dictionary(known) { one, _ in one }
  }

  private func first(for identifier: Identifier) -> Int? {
    solvers.firstIndex { $0.challengeType(for: identifier) != nil }
  }

  /// The proofs of the names that are served, together by the solvers that serve them.
  func batches(of proofs: [Proof]) -> [Batch] {
    shares(of: proofs, \.identifier).map { Batch(solver: $0, proofs: $1) }
  }

  private func shares<Thing>(
    of things: [Thing], _ identifier: (Thing) -> Identifier
  ) -> [(solver: any Solver, things: [Thing])] {
    let shares = Dictionary(grouping: things) { first(for: identifier($0)) }
    return solvers.indices.compactMap { index in shares[index].map { (solvers[index], $0) } }
  }

  /// Throws `Failure` 64 for a name that none can serve, and whatever says that nothing could be published: before the
  /// CA hears of it.
  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    try refuseUnserved(identifiers)
    for (solver, served) in shares(of: identifiers, \.self) { try solver.prepare(for: served, tool) }
  }

  /// Throws `Failure` 64 for a name that none can serve.
  func refuseUnserved(_ identifiers: [Identifier]) throws {
    let unserved = identifiers.filter { challengeType(for: $0) == nil }
    guard unserved.isEmpty else {
      throw Failure(
        .usage, "no way is given to prove control of \(unserved.list.shown())", hint: Self.hint(for: unserved))
    }
  }

  /// Throws `Failure` 64 where there is none, or they serve no name of the document at all. The names that they don't
  /// serve are passed over.
  func refuseToServeNone(of document: OrderDocument) throws {
    let identifiers = document.authorizations.map(\.identifier)
    guard !isEmpty else {
      throw Failure(.usage, "it isn't said where the proofs go", hint: Self.hint(for: identifiers))
    }
    guard identifiers.isEmpty || identifiers.contains(where: { challengeType(for: $0) != nil }) else {
      throw Failure(
        .usage, "the ways that are given serve none of \(identifiers.list.shown())", hint: Self.hint(for: identifiers))
    }
  }

  static func missing(for identifiers: [Identifier]) -> Failure {
    Failure(
      .usage, "no way is given to prove control of \(identifiers.list.shown())",
      hint: "\(hint(for: identifiers)); or publish by yourself what acme-challenge order and acme-challenge show say")
  }

  /// What to give for `identifiers`, that nothing given serves.
  static func hint(for identifiers: [Identifier]) -> String {
    let byDNS = "--hook CMD, or --manual --type dns-01"
    if identifiers.contains(where: \.isWildcard) { return "a wildcard is proved by DNS alone: give \(byDNS)" }
    if identifiers.allSatisfy({ !Challenge.Kind.dns01.canProve($0) }) {
      return "an address is never proved by DNS: give --webroot DIR or --standalone PORT"
    }
    return "give --webroot DIR, the folder that the web server shows, or --hook CMD, which puts a record into the DNS"
  }
}

extension Identifier {
  var isWildcard: Bool { if case .dns(_, wildcard: true) = self { true } else { false } }
}
