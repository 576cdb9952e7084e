/// How a tool reaches a CA: everything that does not depend on which CA it is, and what it is asked.
package struct Connection {
  /// A file with the only roots to be trusted; nil for the environment's or the system's.
  package let bundle: String?
  package let environment: [String: String]
  package let budget: Budget
  /// Name and version of the tool.
  package let tool: String
  /// Whether a signal came that asks the tool to end.
  package let isInterrupted: () -> Bool
  /// Gets a line for each step.
  package let log: (String) -> Void

  package init(
    bundle: String?, environment: [String: String], budget: Budget, tool: String,
    isInterrupted: @escaping () -> Bool, log: @escaping (String) -> Void
  ) {
    self.bundle = bundle
    self.environment = environment
    self.budget = budget
    self.tool = tool
    self.isInterrupted = isInterrupted
    self.log = log
  }
}
