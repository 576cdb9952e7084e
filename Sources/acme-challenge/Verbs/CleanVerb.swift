import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct CleanVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "clean", of: "acme-challenge", abstract: "Take away what is published. Needs no key.")
  static let outputKind = OutputKind.document

  @OptionGroup var solving: SolverOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var account: AccountOptions
  @OptionGroup var time: TimeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func needs(_ tool: Tool) -> [Need] { solving.needs + account.needs(tool) + follow.needs }

  func programs(_ tool: Tool) -> Programs? { solving.programs() }

  func validate() throws {
    try solving.refuseTypeWithoutHook()
    try resolver.refuse(unless: follow.dnsFollow, "--dns-follow")
  }

  var input: Input? { Input(.order, orProblem: true) }

  /// After a failure there is something to clean too: what the problem's order names. The problem is then passed on.
  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    if let problem = tool.problem(in: input) {
      do {
        if let document = try problem.order { _ = try clean(document, tool, after: false) }
      } catch let interrupted as Interrupted {
        throw interrupted
      } catch {
        tool.messages.warning(Failure(error, in: "cleaning up").message)
      }
      throw tool.earlierFailure(problem)
    }
    let document = try tool.readOrder(input)
    let cleaned = try clean(document, tool, after: true)
    // What else is published of the order, another document says.
    try document.refuseIncomplete()
    return try cleaned.product(nonce: document.replayNonce, for: output)
  }

  private func clean(_ read: OrderDocument, _ tool: Tool, after isSuccess: Bool) throws -> OrderDocument {
    let solvers = solving.solvers
    try solvers.refuseToServeNone(of: read)
    // What was published before a rollover is to go all the same.
    try account.pin(read, anyKey: true, tool)
    tool.explainCleaning()
    let circumstances = Circumstances(tool: tool, budget: try time.budget(tool), heedsSignals: true)
    let document = try Following(follow, asking: resolver, circumstances.budget).following(read) {
      solvers.meet($1, of: $0)
    }
    let proofs = document.authorizations.flatMap { authorization in
      authorization.challenges.filter { solvers.meet($0, of: authorization) }
        .compactMap { document.proof($0, of: authorization) }
    }
    // The last failure is the verb's own.
    var failure: (any Error)?
    let cleanup = Cleanup(circumstances, after: isSuccess) { _, error in
      if let failure, !(error is Interrupted) { tool.messages.warning(Failure(failure, in: "cleaning up").message) }
      failure = error
    }
    cleanup.run(solvers.batches(of: proofs))
    if let failure { throw failure }
    return document
  }
}
