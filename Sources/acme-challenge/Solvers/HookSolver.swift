import ACMECore
import ACMETool

/// Any challenge: a program of the user's puts it in place and takes it away.
final class HookSolver: Solver {
  /// Of what a hook says on stdout: even if each octet became three, a variable could hold it.
  private static let mostBytesKept = 32 << 10

  private let command: CommandWords
  /// For those hooks that have another program for that.
  private let cleanupCommand: CommandWords?
  private let type: Challenge.Kind
  private let style: HookStyle?
  /// How it was when it was published, by what was.
  private var presented: [String: HookCall.Presented] = [:]

  init(_ command: CommandWords, cleanup: CommandWords?, type: Challenge.Kind, style: HookStyle?) {
    self.command = command
    cleanupCommand = cleanup
    self.type = type
    self.style = style
  }

  func challengeType(for identifier: Identifier) -> Challenge.Kind? { type.canProve(identifier) ? type : nil }

  func prepare(for identifiers: [Identifier], _ tool: Tool) throws {
    for command in [command, cleanupCommand].compactMap({ $0 }) {
      try command.checkProgram(path: tool.environment["PATH"])
    }
  }

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws {
    let line = proof.publication.line
    presented[line] = HookCall.Presented(in: circumstances)
    let output = try run(command, .present, proof, circumstances)
    presented[line]?.said = String(decoding: output.prefix(Self.mostBytesKept), as: UTF8.self).trimmingNewlines
  }

  func clean(_ proof: Proof, _ circumstances: Circumstances) throws {
    // A certbot user who needs no cleanup gives no program for it.
    guard style != .certbot || cleanupCommand != nil else { return }
    try run(cleanupCommand ?? command, .cleanup(isSuccess: circumstances.isSuccess), proof, circumstances)
  }

  @discardableResult
  private func run(
    _ command: CommandWords, _ purpose: HookCall.Purpose, _ proof: Proof, _ circumstances: Circumstances
  ) throws -> [UInt8] {
    let tool = circumstances.tool
    let presented = presented[proof.publication.line] ?? HookCall.Presented()
    let call = style.map { HookCall(purpose, proof, style: $0, presented) } ?? HookCall(purpose, proof)
    let words = CommandWords(command.words + call.arguments)
    tool.messages.step("\(words.text) for \(proof.identifier)")
    let hook = ChildProcess(
      words, input: Array(call.input.utf8),
      environment: tool.environment.filter { !HookCall.variableNames.contains($0.key) }.merging(call.variables) { $1 },
      messages: tool.messages)
    do {
      return try hook.run(until: circumstances.budget, heedingSignals: circumstances.heedsSignals)
    } catch var failure as Failure {
      failure.message += " (for \(proof.identifier))"
      throw failure
    }
  }
}

extension String {
  /// Without the line ends at its end, as a shell's $(…) has it; and nothing that a variable can't hold.
  fileprivate var trimmingNewlines: String {
    var text = self.prefix { $0 != "\0" }
    while let last = text.last, last.isNewline { text.removeLast() }
    return String(text)
  }
}
