import ACMECore
import ACMETool
import ArgumentParser

/// Every solver is listed here once.
struct SolverOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "http-01: put the files below DIR, which the web server of NAME (or of all names) shows. Repeatable.",
      valueName: "[name=]dir"),
    completion: .directory, transform: WebRootArgument.init(text:))
  var webroot: [WebRootArgument] = []

  @Option(
    help: ArgumentHelp(
      "Any challenge: CMD present puts in place what it reads on stdin, CMD cleanup takes it away.", valueName: "cmd"),
    transform: SolverOptions.command)
  var hook: CommandWords?

  @Option(
    help: ArgumentHelp(
      "Speak to the hook as another client does: \(HookStyle.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var hookStyle: HookStyle?

  @Option(
    help: ArgumentHelp("With --hook-style certbot: the hook that takes it away.", valueName: "cmd"),
    transform: SolverOptions.command)
  var cleanupHook: CommandWords?

  @Flag(
    help: "dns-persist-01: a record that stays proves the names that no option before serves. See the verb show.")
  var persist = false

  @Flag(help: "With --type: say on the terminal what to publish for the other names, and wait for Enter.")
  var manual = false

  @OptionGroup var choice: TypeOption

  func validate() throws {
    var named: Set<Identifier?> = []
    for argument in webroot where !named.insert(argument.identifier).inserted {
      throw ValidationError("--webroot is given twice for \(argument.identifier?.value ?? "all names")")
    }
    guard hook != nil || hookStyle == nil && cleanupHook == nil else {
      throw ValidationError("--hook-style and --cleanup-hook belong to --hook")
    }
    guard cleanupHook == nil || hookStyle == .certbot else {
      throw ValidationError("--cleanup-hook goes with --hook-style certbot")
    }
    if let hookStyle, !hookStyle.canProve(by: choice.type ?? .dns01) {
      throw ValidationError("a \(hookStyle.rawValue) hook knows nothing of \((choice.type ?? .dns01))")
    }
    guard hook == nil || choice.type != .dnsPersist01 else {
      throw ValidationError("a hook takes away what it has put: the record of dns-persist-01 stays, see --persist")
    }
    guard !manual || choice.type != nil else { throw ValidationError("--manual needs --type, such as --type dns-01") }
    guard !manual || hook == nil else { throw ValidationError("--type is for --manual or for --hook, not for both") }
    if !webroot.isEmpty || persist { try refuseTypeWithoutHook() }
  }

  var solvers: Solvers { solvers(and: []) }

  /// - Parameter listening: those that answer from this process, asked before a hook is.
  func solvers(and listening: [any Solver]) -> Solvers {
    var solvers: [any Solver] = []
    if !webroot.isEmpty { solvers.append(WebRootSolver(webroot)) }
    solvers += listening
    if let hook {
      solvers.append(HookSolver(hook, cleanup: cleanupHook, type: choice.type ?? .dns01, style: hookStyle))
    }
    if persist { solvers.append(PersistSolver()) }
    if manual, let type = choice.type { solvers.append(ManualSolver(type)) }
    return Solvers(solvers)
  }

  var programs: Programs? {
    hook.map { Programs([$0, cleanupHook].compactMap { $0 }, setting: HookCall.variableNames) }
  }

  /// For the steps to which a type is of no use by itself.
  func refuseTypeWithoutHook() throws {
    guard choice.type == nil || hook != nil || manual else {
      throw ValidationError(
        "--type says what --hook or --manual does, and there is none. Where a server answers by itself: "
          + "acme-challenge order --type TYPE | acme-challenge respond | acme-challenge wait")
    }
  }

  private static func command(_ text: String) throws -> CommandWords {
    do { return try CommandWords(Octets(carried: text)) } catch {
      throw ValidationError("--hook \(text.shown(limit: 200)): \(error.reason)")
    }
  }
}

/// The solvers in the order in which they are asked.
struct Solvers {
  private let solvers: [any Solver]

  init(_ solvers: [any Solver]) { self.solvers = solvers }

  var isEmpty: Bool { solvers.isEmpty }

  /// The first that can serve `identifier`.
  func solver(for identifier: Identifier) -> (solver: any Solver, type: Challenge.Kind)? {
    guard let index = first(for: identifier), let type = solvers[index].challengeType(for: identifier) else {
      return nil
    }
    return (solvers[index], type)
  }

  private func first(for identifier: Identifier) -> Int? {
    solvers.firstIndex { $0.challengeType(for: identifier) != nil }
  }

  /// Throws `Failure` 64 for a name that none can serve, and whatever says that nothing could be published: before the
  /// CA hears of it.
  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    try refuseUnserved(identifiers)
    for (index, solver) in solvers.enumerated() {
      let served = identifiers.filter { first(for: $0) == index }
      if !served.isEmpty { try solver.prepare(for: served, tool) }
    }
  }

  /// Throws `Failure` 64 for a name that none can serve.
  func refuseUnserved(_ identifiers: [Identifier]) throws {
    let unserved = identifiers.filter { solver(for: $0) == nil }
    guard unserved.isEmpty else {
      throw Failure(
        .usage, "no solver can prove control of \(unserved.list.shown())",
        hint: unserved.contains(where: \.isWildcard)
          ? "a wildcard can be proved by DNS alone: --hook CMD, or --manual --type dns-01"
          : "--webroot DIR, --hook CMD and the other ways are in acme-challenge(1)")
    }
  }

  func conclude(_ circumstances: Circumstances) throws {
    for solver in solvers { try solver.conclude(circumstances) }
  }

  static func missing(for identifiers: [Identifier]) -> Failure {
    Failure(
      .usage, "no solver is given, and control of \(identifiers.list.shown()) has to be proved",
      hint: "--webroot DIR or --hook CMD, or the verbs order, show and respond to publish by yourself")
  }
}

extension Identifier {
  fileprivate var isWildcard: Bool {
    if case .dns(_, wildcard: true) = self { true } else { false }
  }
}

extension HookStyle: ExpressibleByArgument {}
