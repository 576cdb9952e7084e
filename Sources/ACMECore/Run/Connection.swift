/// How a tool reaches a CA: everything that does not depend on which CA it is, and what it is asked.
package struct Connection {
  /// The only roots to be trusted, in PEM; nil for the environment's or the system's.
  package let bundle: [UInt8]?
  package let environment: Environment
  package let budget: Budget
  /// Name and version of the tool.
  package let tool: String
  /// Whether a signal came that asks the tool to end.
  package let isInterrupted: () -> Bool
  /// Where the answers come from in place of the CA.
  package let replay: Replay?
  package let witnesses: [any Witness]
  /// Gets a line for each step.
  package let log: (String) -> Void
  /// Gets what is being waited for, and nil when that is over.
  package let progress: (String?) -> Void

  package init(
    bundle: [UInt8]?, environment: Environment, budget: Budget, tool: String,
    isInterrupted: @escaping () -> Bool, replay: Replay?, witnesses: [any Witness],
    log: @escaping (String) -> Void, progress: @escaping (String?) -> Void
  ) {
    self.bundle = bundle
    self.environment = environment
    self.budget = budget
    self.tool = tool
    self.isInterrupted = isInterrupted
    self.replay = replay
    self.witnesses = witnesses
    self.log = log
    self.progress = progress
  }
}
