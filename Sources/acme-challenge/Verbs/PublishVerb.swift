import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct PublishVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "publish", of: "acme-challenge", abstract: "Put in place what the CA will look for. Needs no key.")
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

  var input: Input? { Input(.order) }

  func wayBack(to product: Product, _ tool: Tool) -> String? {
    "what was published stays; acme-challenge clean, on the document that was read, takes it away"
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let read = try tool.readOrder(input)
    try read.refuseIncomplete()
    let solvers = solving.solvers
    try solvers.refuseToServeNone(of: read)
    try account.pin(read, tool)
    let budget = try time.budget(tool)
    let document = try Following(follow, asking: resolver, budget).following(read.choosing(by: solvers)) {
      $0.status == .pending && $1.isChosen && solvers.meet($1, of: $0)
    }
    let pending = read.authorizations.filter { $0.status == .pending }.map(\.identifier)
    try solvers.prepare(for: pending.filter { solvers.challengeType(for: $0) != nil }, tool)
    tool.explainProofs(of: document)
    Signals.hold()
    let inPlace = InPlace(by: solvers, tool, budget)
    do {
      try inPlace.publish(document)
      if Signals.isPending { throw Interrupted() }
    } catch {
      inPlace.clean(after: false)
      throw error
    }
    Signals.release()
    return try document.product(nonce: read.replayNonce, for: output)
  }
}
