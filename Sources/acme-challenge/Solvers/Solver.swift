import ACMECore
import ACMETool

/// One way of putting in place what the CA looks for, and of taking it away again.
protocol Solver {
  /// The type of challenge that it meets for `identifier`; nil where it can't prove control of that.
  func challengeType(for identifier: Identifier) -> Challenge.Kind?

  /// Throws `Failure` where nothing could ever be published; asked before the CA hears of the order.
  func prepare(for identifiers: [Identifier], _ tool: Tool) throws

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws

  /// All that this run publishes has been published; now it may be waited for.
  func conclude(_ circumstances: Circumstances) throws

  /// Takes away just what was put there for `proof`, if it still is as it was put there. What isn't there is no error.
  func clean(_ proof: Proof, _ circumstances: Circumstances) throws
}

extension Solver {
  func conclude(_ circumstances: Circumstances) throws {}
}

/// What a solver has to know of the run that it is part of.
struct Circumstances {
  static let cleanupSeconds = 30

  let tool: Tool
  let budget: Budget
  /// False while cleaning up: the signal that led to it is still pending.
  let heedsSignals: Bool
  /// Whether the CA found what was published, or is likely to have; some hooks want to know.
  var isSuccess = true
  /// All that the solver publishes in this run, one call after another, and how much of it comes after this.
  var series: (proofs: [Proof], left: Int) = ([], 0)

  static func publishing(_ tool: Tool, _ budget: Budget) -> Circumstances {
    Circumstances(tool: tool, budget: budget, heedsSignals: true)
  }

  static func cleaning(_ tool: Tool, after isSuccess: Bool) -> Circumstances {
    Circumstances(
      tool: tool, budget: Budget(seconds: cleanupSeconds, clock: Signals.clock), heedsSignals: false,
      isSuccess: isSuccess)
  }
}
