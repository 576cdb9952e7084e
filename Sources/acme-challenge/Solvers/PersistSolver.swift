import ACMECore
import ACMETool

/// dns-persist-01: a record that stands already, put there once by who rules the zone. Nothing is done here.
struct PersistSolver: Solver {
  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.dnsPersist01.canProve(identifier) ? .dnsPersist01 : nil
  }

  func prepare(for identifiers: [Identifier], _ tool: Tool) {}

  func publish(_ proof: Proof, _ circumstances: Circumstances) {
    circumstances.tool.messages.step("this record has to stand: \(proof.publication.line)")
  }

  /// It is to prove the name the next time as well.
  func clean(_ proof: Proof, _ circumstances: Circumstances) {}
}
