import ACMECore
import ACMETool

/// What has been put in place, so that it can be taken away whatever happens.
struct Published {
  private var things: [(proof: Proof, solver: any Solver)] = []

  /// Publishes the chosen challenge of every pending authorization.
  mutating func publish(_ document: OrderDocument, by solvers: Solvers, _ circumstances: Circumstances) throws {
    for authorization in document.authorizations where authorization.status == .pending {
      guard let (solver, _) = solvers.solver(for: authorization.identifier), let chosen = authorization.chosen,
        let proof = document.proof(chosen, of: authorization)
      else { continue }
      // Noted first: what is half there has to go too.
      things.append((proof, solver))
      try solver.publish(proof, circumstances)
    }
    try solvers.conclude(circumstances)
  }

  /// A cleanup that fails is no failure of the order: it is said, naming what is left.
  func clean(_ tool: Tool, after isSuccess: Bool) {
    let circumstances = Circumstances.cleaning(tool, after: isSuccess)
    for (proof, solver) in things {
      do {
        try solver.clean(proof, circumstances)
      } catch {
        let reason = Failure(error, in: "cleaning up after \(proof.identifier)").message
        tool.messages.warning("\(reason); this may be left: \(proof.publication.line)")
      }
    }
  }
}
