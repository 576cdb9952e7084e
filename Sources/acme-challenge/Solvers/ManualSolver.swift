import ACMECore
import ACMETool
import ArgumentParser

struct ManualOption: ParsableArguments {
  @Flag(help: "With --type: say on the terminal what to publish for the other names, and wait for Enter.")
  var manual = false

  func solver(by type: Challenge.Kind?) -> (any Solver)? { manual ? type.map(ManualSolver.init) : nil }
}

/// Any challenge: a person puts it in place, told on the terminal what and where.
struct ManualSolver: Solver {
  private let type: Challenge.Kind

  init(_ type: Challenge.Kind) { self.type = type }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? { type.canProve(identifier) ? type : nil }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    guard Terminal.isThere else {
      throw Failure(
        .personMustAct, "--manual has no terminal to say on what to publish",
        hint: "the verbs order, show and respond do it step by step")
    }
  }

  /// Says all of it at once. The person's time is not the tool's.
  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws {
    let tool = inPlace.circumstances.tool.name
    var text = "\(tool): please publish, and leave what else is there:\n"
    for proof in proofs { text += line(proof) }
    try inPlace.circumstances.budget.standingStill {
      try Terminal.show(text)
      // Whom nobody has told, has put nothing there.
      inPlace.each(proofs, at: \.sight) { _ in }
      try Terminal.waitForEnter("\(tool): press Enter when that is done: ")
    }
  }

  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {
    var head = "\(cleanup.circumstances.tool.name): this may be taken away now:\n"
    cleanup.each(proofs.filter { $0.record?.stays != true }, at: \.sight) { proof in
      defer { head = "" }
      cleanup.circumstances.tool.messages.progress(nil)
      try Terminal.show(head + line(proof))
      return true
    }
  }

  private func line(_ proof: Proof) -> String { "  \(proof.publication.line.shown(limit: 4000))\n" }
}
