/// `acme-problem/1`: a failure on its way down the pipe.
package struct ProblemDocument {
  /// The document as it came, to be passed on unchanged.
  package let object: JSONObject
  package let tool: String
  package let message: String
  package let hint: String?
  /// The status to end with: never a success, whatever the document says.
  package let exit: ExitStatus

  package init(_ failure: Failure, tool: String) {
    var object: JSONObject = [
      "format": .string(DocumentFormat.problem.rawValue), "tool": .string(tool),
      "exit": .number(String(failure.status.rawValue)), "message": .string(failure.message),
    ]
    object["hint"] = failure.hint.map { .string($0) }
    object["problem"] = failure.problem.map { .object($0.raw) }
    object["retryAt"] = failure.retryAt.map { .string($0.description) }
    object["order"] = (failure.order.flatMap { try? $0.object }).map { .object($0) }
    self.object = object
    self.tool = tool
    message = failure.message
    hint = failure.hint
    exit = failure.status
  }

  package init(_ object: JSONObject) throws(Malformed) {
    try DocumentFormat.problem.check(object)
    self.object = object
    tool = object["tool"]?.string ?? "an earlier command"
    message = object["message"]?.string ?? "no message"
    hint = object["hint"]?.string
    let status = object["exit"]?.integer.flatMap(Int32.init(exactly:))
    exit = status.flatMap { ExitStatus.ofFailures.contains($0) ? ExitStatus(rawValue: $0) : nil } ?? .input
  }

  /// The order as it stood when the failure came, where there was one.
  package var order: OrderDocument? {
    get throws(Failure) {
      guard let order = object["order"]?.object else { return nil }
      return try OrderDocument(order)
    }
  }
}
