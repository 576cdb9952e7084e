import ACMECore
import ACMETool

/// What has been put in place, so that it can be taken away whatever happens.
struct Published {
  private var things: [(proof: Proof, solver: any Solver)] = []

  /// Publishes the chosen challenge of every pending authorization.
  mutating func publish(_ document: OrderDocument, by solvers: Solvers, _ circumstances: Circumstances) throws {
    var planned = document.authorizations.compactMap { authorization -> (proof: Proof, solver: any Solver)? in
      guard authorization.status == .pending, let (solver, _) = solvers.solver(for: authorization.identifier),
        let chosen = authorization.chosen, let proof = document.proof(chosen, of: authorization)
      else { return nil }
      return (proof, solver)
    }
    let all = planned
    while let (proof, solver) = planned.first {
      planned.removeFirst()
      // Noted first: what is half there has to go too.
      things.append((proof, solver))
      var circumstances = circumstances
      circumstances.series = (Self.proofs(of: solver, in: all), Self.proofs(of: solver, in: planned).count)
      try solver.publish(proof, circumstances)
    }
    try solvers.conclude(circumstances)
  }

  /// There is no more than one solver of a kind.
  private static func proofs(of solver: any Solver, in things: [(proof: Proof, solver: any Solver)]) -> [Proof] {
    things.filter { type(of: $0.solver) == type(of: solver) }.map(\.proof)
  }

  /// A cleanup that fails is no failure of the order: it is said, naming what is left.
  func clean(_ tool: Tool, after isSuccess: Bool) {
    let circumstances = Circumstances.cleaning(tool, after: isSuccess)
    if things.contains(where: { $0.proof.record?.stays != true }) { tool.explainCleaning() }
    defer { tool.messages.progress(nil) }
    for (proof, solver) in things {
      tool.messages.progress("taking away what was put in place for \(proof.identifier)")
      do {
        try solver.clean(proof, circumstances)
      } catch {
        let reason = Failure(error, in: "cleaning up after \(proof.identifier)").message
        tool.messages.progress(nil)
        tool.messages.warning("\(reason); this may be left: \(proof.publication.line)")
      }
    }
  }
}
