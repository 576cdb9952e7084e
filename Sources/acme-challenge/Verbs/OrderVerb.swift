import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct OrderVerb: OrderStep {
  static let configuration = CommandConfiguration.verb(
    "order", of: "acme-challenge", abstract: "Place the order, and work out what is to be published.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions
  @OptionGroup var solving: SolverOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var resolver: ResolverOption

  @Option(
    help: ArgumentHelp("Take up the order at URL, instead of placing one.", valueName: "url"),
    transform: OrderVerb.url)
  var url: ACMEURL?

  @OptionGroup var asked: AskedOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func validate() throws {
    try resolver.refuse(unless: follow.dnsFollow, "--dns-follow")
    guard url == nil || asked.isEmpty else {
      throw ValidationError(
        "--url takes up an order as it is: \(AskedOptions.names) don't go with it")
    }
  }

  var input: Input? { Input("a certificate request") }

  func needs(_ tool: Tool) -> [Need] { order.needs(tool) + asked.needs }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let request = try tool.request(in: input)
    let solvers = solving.solvers
    if !solvers.isEmpty {
      try solvers.refuseUnserved(request.identifiers)
    } else if let type = solving.choice.type, let identifier = request.identifiers.first(where: { !type.canProve($0) })
    {
      throw Failure(.usage, "\(type) can't prove control of \(identifier)")
    }
    try output.refuseWithoutReader()
    let ordering = try Ordering(request, order, tool)
    let run = try url.map(ordering.takeUp) ?? ordering.place(asked)
    let following = try Following(follow, asking: resolver, run.client.budget, in: run.client.world)
    try run.revise {
      let document =
        solvers.isEmpty
        ? try $0.choosing(solving.choice.type, isRequired: false) : try $0.choosing(by: solvers)
      return try following.following(document)
    }
    run.sayHowProved()
    tool.explainProofs(of: run.document)
    return try run.product(for: output)
  }

  private static func url(_ text: String) throws -> ACMEURL {
    do { return try ACMEURL(text) } catch {
      throw ValidationError("--url takes an https URL: \(error.reason.shown(limit: 300))")
    }
  }
}
