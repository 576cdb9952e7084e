import ACMECore
import ACMETool

/// What has been put in place, so that it can be taken away whatever happens.
struct Published {
  private var things: [(publication: Publication, identifier: Identifier, solver: any Solver)] = []

  /// Publishes the chosen challenge of every pending authorization.
  mutating func publish(_ document: OrderDocument, by solvers: Solvers) throws {
    for authorization in document.authorizations where authorization.status == .pending {
      guard let (solver, _) = solvers.solver(for: authorization.identifier), let chosen = authorization.chosen,
        let publication = document.publication(chosen, of: authorization)
      else { continue }
      // Noted first: what is half there has to go too.
      things.append((publication, authorization.identifier, solver))
      try solver.publish(publication, for: authorization.identifier)
    }
  }

  /// A cleanup that fails is no failure of the order: it is said, naming what is left.
  func clean(_ tool: Tool) {
    for thing in things {
      do {
        try thing.solver.clean(thing.publication, for: thing.identifier)
      } catch {
        tool.messages.warning(Failure(error, in: "cleaning up after \(thing.identifier)").message)
      }
    }
  }
}
