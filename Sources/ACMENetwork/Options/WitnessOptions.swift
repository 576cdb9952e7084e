internal import ACMEClient
internal import ACMECore
package import ACMETool
package import ArgumentParser

/// Who else sees what is said to the CA.
package struct WitnessOptions: ParsableArguments {
  @Option(file: "Append every exchange with the CA to FILE (- is stderr), a line of JSON each.")
  package var trace: Path?

  @Option(file: "Take the answers from the trace FILE, in place of the CA's. No network.")
  package var replay: Path?

  private static let largestTrace = 256 << 20

  package init() {}

  func needs(_ tool: Tool) -> [Need] {
    let traced = traceFile(tool).map { [Need.appended($0, TraceFile.content)] } ?? []
    return traced + .file(replay ?? tool.path(from: "ACME_REPLAY"))
  }

  private func traceFile(_ tool: Tool) -> Path? {
    (trace ?? tool.path(from: "ACME_TRACE")).flatMap { $0 == Path("-") ? nil : $0 }
  }

  func witnesses(_ tool: Tool) throws -> [any Witness] {
    let isTraced = (trace ?? tool.path(from: "ACME_TRACE")) != nil
    let trace = isTraced ? try TraceFile(traceFile(tool), tool) : nil
    let explanation = tool.messages.isExplaining ? Explanation(tool.messages) : nil
    let all: [(any Witness)?] = [trace, explanation, Narration(messages: tool.messages)]
    return all.compactMap { $0 }
  }

  package func isReplaying(_ tool: Tool) -> Bool { (replay ?? tool.path(from: "ACME_REPLAY")) != nil }

  func replay(_ tool: Tool) throws -> Replay? {
    try (replay ?? tool.path(from: "ACME_REPLAY")).map { file in
      try Replay(trace: Files.read(file, limit: Self.largestTrace), file: file.description, tool: tool.name)
    }
  }
}
