import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// All of it: orders, publishes, tells the CA, waits, cleans up.
@main
struct ACMEChallenge: OrderStep {
  static let configuration = CommandConfiguration(
    commandName: "acme-challenge",
    abstract: "Order a certificate, and prove control of its names.",
    discussion: "Without a verb it does all of it. With one, that step alone, from document to document.",
    version: suiteVersion,
    subcommands: [
      OrderVerb.self, ShowVerb.self, PublishVerb.self, RespondVerb.self, WaitVerb.self, CleanVerb.self,
      CancelVerb.self, CheckVerb.self,
    ])
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions
  @OptionGroup var solving: SolverOptions
  @OptionGroup var listening: ListenerOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var wait: WaitOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var asked: AskedOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func programs(_ tool: Tool) throws -> Programs? { try solving.programs(and: order.key.command(tool)) }
  var input: Input? { Input("a certificate request or an order document") }

  func needs(_ tool: Tool) -> [Need] {
    order.needs(tool) + solving.needs + listening.needs + asked.needs
  }

  static func main() { start() }

  func validate() throws {
    try solving.refuseTypeWithoutHook()
    try resolver.refuse(unless: follow.dnsFollow || wait.dnsWait != nil, "--dns-wait or --dns-follow")
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let solvers = solving.solvers(and: listening)
    let run = try open(input, solvers, tool)
    if run.document.order.status == .pending { try prove(run, by: solvers) }
    return try run.product(for: output)
  }

  private func open(_ input: [UInt8], _ solvers: Solvers, _ tool: Tool) throws -> OrderRun {
    guard input.looksLikeJSON else {
      let request = try tool.request(in: input)
      if !solvers.isEmpty { try solvers.prepare(for: request.identifiers, tool) }
      try output.refuseWithoutReader()
      return try Ordering(request, order, tool).place(asked)
    }
    let document = try tool.readOrder(input)
    guard asked.isEmpty else {
      throw Failure(
        .usage, "the order on stdin is placed already: \(AskedOptions.names) come too late")
    }
    let run = try order.goOn(with: document, tool)
    try run.refresh()
    try run.refuseDead()
    if run.document.order.status == .pending { try run.fetchAuthorizations() }
    return run
  }

  /// From here on a signal waits until what was published is taken away.
  private func prove(_ run: OrderRun, by solvers: Solvers) throws {
    let tool = run.tool
    let pending = run.document.authorizations.filter { $0.status == .pending }.map(\.identifier)
    guard pending.isEmpty || !solvers.isEmpty else { throw Solvers.missing(for: pending) }
    try solvers.prepare(for: pending, tool)
    try run.refuseFailedNames()
    let following = try Following(follow, asking: resolver, run.client.budget, in: run.client.world)
    try run.revise {
      try following.following($0.choosing(by: solvers))
    }
    run.servers = solvers.servers(for: pending)
    run.sayHowProved()
    tool.explainProofs(of: run.document)
    Signals.hold()
    let inPlace = InPlace(by: solvers, tool, run.client.budget)
    do {
      try inPlace.publish(run.document)
      try run.waitForRecords(wait, asking: resolver)
      try run.awaitReady(after: run.respond())
    } catch {
      inPlace.clean(after: false)
      throw error
    }
    inPlace.clean(after: true)
    if Signals.isPending { throw Interrupted() }
    Signals.release()
  }
}
