import ACMECore
import ACMETool

/// What a solver has to know of the run that it is part of.
struct Circumstances {
  /// All of it has 30, of which a hook that is made to end may take 2 more than it was given.
  private static let cleanupSeconds = 28

  let tool: Tool
  let budget: Budget
  /// False at the end of a run: the signal that led to it is still pending.
  let heedsSignals: Bool

  /// Those in which a run takes away what it has put in place.
  static func ending(_ tool: Tool) -> Circumstances {
    Circumstances(
      tool: tool, budget: Budget(seconds: cleanupSeconds, clock: Signals.clock), heedsSignals: false)
  }
}
