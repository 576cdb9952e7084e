import ACMECore
import ACMETool
import ArgumentParser

/// The programs of the user's that put in place what the CA looks for.
struct HookOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Any challenge: CMD present puts in place what it reads on stdin, CMD cleanup takes it away.", valueName: "cmd"),
    transform: command("--hook"))
  var hook: CommandWords?

  @Option(
    help: ArgumentHelp(
      "Speak to the hook as another client does: \(HookStyle.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var hookStyle: HookStyle?

  @Option(
    help: ArgumentHelp("With --hook-style certbot: the hook that takes it away.", valueName: "cmd"),
    transform: command("--cleanup-hook"))
  var cleanupHook: CommandWords?

  func validate() throws {
    guard hook != nil || hookStyle == nil && cleanupHook == nil else {
      throw ValidationError("--hook-style and --cleanup-hook belong to --hook")
    }
    guard cleanupHook == nil || hookStyle == .certbot else {
      throw ValidationError("--cleanup-hook goes with --hook-style certbot")
    }
  }

  /// Throws where the hook can't meet challenges of `type`.
  func refuse(_ type: Challenge.Kind?) throws {
    if let hookStyle, !hookStyle.canProve(by: type ?? .dns01) {
      throw ValidationError("a \(hookStyle.rawValue) hook knows nothing of \(type ?? .dns01)")
    }
    guard hook == nil || type != .dnsPersist01 else {
      throw ValidationError("a hook takes away what it has put: the record of dns-persist-01 stays, see --persist")
    }
  }

  func solver(by type: Challenge.Kind?) -> (any Solver)? {
    hook.map { HookSolver($0, cleanup: cleanupHook, type: type ?? .dns01, style: hookStyle) }
  }

  func programs(and signer: CommandWords?) -> Programs? {
    Programs(hooks: [hook, cleanupHook].compactMap { $0 }, setting: HookCall.variableNames, signer: signer)
  }
}
