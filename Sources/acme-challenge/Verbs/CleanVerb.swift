import ACMECore
import ACMETool
import ArgumentParser

struct CleanVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "clean", of: "acme-challenge", abstract: "Take away what is published. Needs no key.")
  static let outputKind = OutputKind.document

  @OptionGroup var solving: SolverOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var time: TimeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var programs: Programs? { solving.programs }

  func validate() throws {
    try solving.refuseTypeWithoutHook()
    try resolver.refuse(unless: follow.dnsFollow, "--dns-follow")
  }

  /// After a failure there is something to clean too: what the problem's order names. The problem is then passed on.
  func perform(_ tool: Tool) throws -> Product {
    let input = try tool.readStandardInput(DocumentFormat.order.title, refusingProblems: false)
    if let problem = tool.problem(in: input) {
      do {
        if var document = try problem.order { try clean(&document, tool, after: false) }
      } catch let interrupted as Interrupted {
        throw interrupted
      } catch {
        tool.messages.warning(Failure(error, in: "cleaning up").message)
      }
      throw tool.earlierFailure(problem)
    }
    var document = try OrderDocument(tool.document(.order, in: input))
    try clean(&document, tool, after: true)
    if !output.isPipe { document.replayNonce = nil }
    return .document(try document.object)
  }

  private func clean(_ document: inout OrderDocument, _ tool: Tool, after isSuccess: Bool) throws {
    let solvers = try solving.serving(document)
    tool.explainCleaning()
    let circumstances = Circumstances(
      tool: tool, budget: try time.budget(tool), heedsSignals: true, isSuccess: isSuccess)
    try follow.follow(&document, asking: resolver, circumstances.budget) { _, _ in true }
    var failure: (any Error)?
    for authorization in document.authorizations {
      guard let (solver, type) = solvers.solver(for: authorization.identifier) else { continue }
      for challenge in authorization.challenges where challenge.type == type {
        guard let proof = document.proof(challenge, of: authorization) else { continue }
        // One that can't be taken away is no reason to leave the others.
        do {
          try solver.clean(proof, circumstances)
        } catch let interrupted as Interrupted {
          throw interrupted
        } catch {
          if let failure { tool.messages.warning(Failure(failure, in: "cleaning up").message) }
          failure = error
        }
      }
    }
    if let failure { throw failure }
  }
}
