import ACMECore
import ACMETool
import ArgumentParser

/// Every solver is listed here once.
struct SolverOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "http-01: put the files below DIR, which the web server of NAME (or of all names) shows. Repeatable.",
      valueName: "[name=]dir"),
    transform: WebRootArgument.init(text:))
  var webroot: [WebRootArgument] = []

  func validate() throws {
    var named: Set<Identifier?> = []
    for argument in webroot where !named.insert(argument.identifier).inserted {
      throw ValidationError("--webroot is given twice for \(argument.identifier?.value ?? "all names")")
    }
  }

  var solvers: Solvers { Solvers(webroot.isEmpty ? [] : [WebRootSolver(webroot)]) }
}

/// The solvers in the order in which they are asked.
struct Solvers {
  private let solvers: [any Solver]

  init(_ solvers: [any Solver]) { self.solvers = solvers }

  var isEmpty: Bool { solvers.isEmpty }

  /// The first that can serve `identifier`.
  func solver(for identifier: Identifier) -> (solver: any Solver, type: Challenge.Kind)? {
    for solver in solvers {
      if let type = solver.challengeType(for: identifier) { return (solver, type) }
    }
    return nil
  }

  /// Throws `Failure` 64 for a name that none can serve, before the CA hears of it.
  func prepare(for identifiers: [Identifier]) throws {
    let unserved = identifiers.filter { solver(for: $0) == nil }
    guard unserved.isEmpty else {
      throw Failure(
        .usage, "no solver can prove control of \(unserved.list.shown())",
        hint: unserved.contains(where: \.isWildcard) ? "a wildcard can be proved by DNS alone" : nil)
    }
    for solver in solvers { try solver.prepare(for: identifiers) }
  }

  static func missing(for identifiers: [Identifier]) -> Failure {
    Failure(
      .usage, "no solver is given, and control of \(identifiers.list.shown()) has to be proved",
      hint: "--webroot DIR, or the verbs order, show and respond to publish by yourself")
  }
}

extension Identifier {
  fileprivate var isWildcard: Bool {
    if case .dns(_, wildcard: true) = self { true } else { false }
  }
}
