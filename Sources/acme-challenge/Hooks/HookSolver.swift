import ACMECore
import ACMETool

/// Any challenge: a program of the user's puts it in place and takes it away.
final class HookSolver: Solver {
  /// Of what a hook says on stdout: even if each octet became three, a variable could hold it.
  private static let mostBytesKept = 32 << 10

  /// The hook; for those that have another program to clean up, that too.
  private let commands: [CommandWords]
  private let type: Challenge.Kind
  private let style: HookStyle?
  /// How each was published, by its line.
  private var presented: [String: HookCall.Presented] = [:]

  init(_ command: CommandWords, cleanup: CommandWords?, type: Challenge.Kind, style: HookStyle?) {
    commands = [command, cleanup].compactMap { $0 }
    self.type = type
    self.style = style
  }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? { type.canProve(identifier) ? type : nil }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    for index in commands.indices { try tool.supervisor?.check(index) }
    if !Supervisor.endsAll {
      tool.messages.warning("this system doesn't tell what a hook leaves running: it may outlive a hook that is ended")
    }
  }

  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws {
    var presented = HookCall.Presented(names: proofs.map(\.name), left: proofs.count)
    try inPlace.each(proofs, at: \.sight) { proof in
      presented.left -= 1
      let line = proof.publication.line
      self.presented[line] = presented
      let output = try run(.present, proof, inPlace.circumstances)
      self.presented[line]?.said = Octets(output.prefix(Self.mostBytesKept).asVariable)
    }
  }

  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {
    // A certbot user who needs no cleanup gives no program for it.
    guard style != .certbot || commands.count > 1 else { return }
    cleanup.each(proofs, at: \.sight) { proof in
      try run(.cleanup(isSuccess: cleanup.isSuccess), proof, cleanup.circumstances)
      return true
    }
  }

  @discardableResult
  private func run(
    _ purpose: HookCall.Purpose, _ proof: Proof, _ circumstances: Circumstances
  ) throws -> [UInt8] {
    let tool = circumstances.tool
    guard let supervisor = tool.supervisor else { throw Failure(.bug, "there is nobody to run hooks") }
    let presented = presented[proof.publication.line] ?? HookCall.Presented()
    let call = style?.call(purpose, proof, presented) ?? HookCall(purpose, proof)
    let index = purpose.isCleanup && commands.count > 1 ? 1 : 0
    tool.messages.step("\(proof.identifier): running \(commands[index].adding(call.arguments).text)")
    do {
      return try supervisor.run(
        index, call.arguments, input: Array(call.input.utf8), variables: call.variables, until: circumstances.budget,
        heedingSignals: circumstances.heedsSignals, butNot: purpose.isCleanup ? presented.complaint : [])
    } catch {
      let reason = told(of: proof, error.reason)
      guard !purpose.isCleanup else { throw reason }
      guard error.hasRun else { throw NeverBegun(reason: reason) }
      self.presented[proof.publication.line]?.complaint = error.words
      throw reason
    }
  }

  private func told(of proof: Proof, _ reason: any Error) -> any Error {
    guard var failure = reason as? Failure else { return reason }
    failure.message += " (for \(proof.identifier))"
    return failure
  }
}

extension Sequence<UInt8> {
  /// Without the line ends at its end, as a shell's $(…) has it; and nothing that a variable can't hold.
  fileprivate var asVariable: [UInt8] {
    var octets = Array(prefix { $0 != 0 })
    while let last = octets.last, last == 0x0A || last == 0x0D { octets.removeLast() }
    return octets
  }
}
