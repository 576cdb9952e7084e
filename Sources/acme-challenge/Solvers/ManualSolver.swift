import ACMECore
import ACMETool

/// Any challenge: a person puts it in place, told on the terminal what and where.
final class ManualSolver: Solver {
  private let type: Challenge.Kind
  private var lines: [String] = []
  private var isToldOfCleaning = false

  init(_ type: Challenge.Kind) { self.type = type }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? { type.canProve(identifier) ? type : nil }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    guard Terminal.isThere else {
      throw Failure(
        .personMustAct, "--manual has no terminal to say on what to publish",
        hint: "the verbs order, show and respond do it step by step")
    }
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) { lines.append(proof.publication.line) }

  /// Says all of it at once. The person's time is not the tool's.
  func conclude(_ circumstances: Circumstances) throws {
    guard !lines.isEmpty else { return }
    let text = "\(circumstances.tool.name): please publish, and leave what else is there:\n" + indented(lines)
    try circumstances.budget.standingStill {
      try Terminal.waitForEnter("\(text)\(circumstances.tool.name): press Enter when that is done: ")
    }
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) throws {
    if case .dns(let record) = proof.publication, record.stays { return }
    let head = isToldOfCleaning ? "" : "\(circumstances.tool.name): this may be taken away now:\n"
    isToldOfCleaning = true
    try Terminal.show(head + indented([proof.publication.line]))
  }

  private func indented(_ lines: [String]) -> String { lines.map { "  \($0.shown(limit: 4000))\n" }.joined() }
}
