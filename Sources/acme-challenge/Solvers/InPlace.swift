import ACMECore
import ACMETool

/// What this run has put in place, so that it can be taken away whatever happens.
final class InPlace {
  let circumstances: Circumstances
  private let solvers: Solvers
  private var begun: [Proof] = []

  init(by solvers: Solvers, _ tool: Tool, _ budget: Budget) {
    self.solvers = solvers
    circumstances = Circumstances(tool: tool, budget: budget, heedsSignals: true)
  }

  /// Publishes the chosen challenge of every pending authorization that a solver serves.
  func publish(_ document: OrderDocument) throws {
    try publish(
      document.authorizations.compactMap { authorization in
        guard authorization.status == .pending, let chosen = authorization.chosen else { return nil }
        return document.proof(chosen, of: authorization)
      })
  }

  func publish(_ proofs: [Proof]) throws {
    for batch in solvers.batches(of: proofs) { try batch.solver.publish(batch.proofs, self) }
  }

  /// What a solver does for one proof after another.
  ///
  /// - Parameter place: where it can be seen then, in a person's words.
  func each(_ proofs: [Proof], at place: (Proof) -> String, _ publish: (Proof) throws -> Void) rethrows {
    for proof in proofs {
      // Noted first: what is half there has to go too.
      begun.append(proof)
      do { try publish(proof) } catch let error as NeverBegun {
        begun.removeLast()
        throw error.reason
      }
      circumstances.tool.messages.step("\(proof.identifier): put in place: \(place(proof))")
    }
  }

  /// A cleanup that fails is no failure of the order: it is said, naming what is left.
  func clean(after isSuccess: Bool) {
    let tool = circumstances.tool
    if begun.contains(where: { $0.record?.stays != true }) { tool.explainCleaning() }
    defer { tool.messages.progress(nil) }
    let cleanup = Cleanup(.ending(tool), after: isSuccess) { proof in
      tool.messages.progress("taking away what was put in place for \(proof.identifier)")
    } failed: { proof, error in
      let reason = Failure(error, in: "cleaning up after \(proof.identifier)").message
      tool.messages.progress(nil)
      tool.messages.warning("\(reason); this may be left: \(proof.publication.line)")
    }
    cleanup.run(solvers.batches(of: begun))
  }
}

/// Thrown by a solver that hasn't even begun to publish a proof: nothing of it has to be taken away.
struct NeverBegun: Error {
  /// What is to be said, or done, instead.
  let reason: any Error
}
