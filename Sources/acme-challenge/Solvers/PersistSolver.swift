import ACMECore
import ACMETool
import ArgumentParser

struct PersistOption: ParsableArguments {
  @Flag(
    help: "dns-persist-01: a record that stays proves the names that no option before serves. See the verb show.")
  var persist = false

  var solver: (any Solver)? { persist ? PersistSolver() : nil }
}

/// dns-persist-01: a record that stands already, put there once by who rules the zone. Nothing is done here.
struct PersistSolver: Solver {
  func challengeType(for identifier: Identifier) -> Challenge.Kind? {
    Challenge.Kind.dnsPersist01.canProve(identifier) ? .dnsPersist01 : nil
  }

  func prepare(for identifiers: [Identifier], _ tool: Tool) {}

  func publish(_ proofs: [Proof], _ inPlace: InPlace) {
    let messages = inPlace.circumstances.tool.messages
    for proof in proofs { messages.step("\(proof.identifier): this record has to stand: \(proof.publication.line)") }
  }

  /// It is to prove the name the next time as well.
  func clean(_ proofs: [Proof], _ cleanup: Cleanup) {}
}
