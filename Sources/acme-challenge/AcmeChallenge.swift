import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// All of it: orders, publishes, tells the CA, waits, cleans up.
@main
struct AcmeChallenge: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-challenge",
    abstract: "Order a certificate, and prove control of its names.",
    discussion: "Without a verb it does all of it. With one, that step alone, from document to document.",
    version: suiteVersion,
    subcommands: [
      OrderVerb.self, ShowVerb.self, PublishVerb.self, RespondVerb.self, WaitVerb.self, CleanVerb.self,
      CancelVerb.self,
    ])
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
  @OptionGroup var solving: SolverOptions
  @OptionGroup var listening: ListenerOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var wait: WaitOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var asked: AskedOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var programs: Programs? { solving.programs }

  static func main() { start() }

  func validate() throws {
    try solving.refuseTypeWithoutHook()
    try resolver.refuse(unless: follow.dnsFollow || wait.dnsWait != nil, "--dns-wait or --dns-follow")
  }

  func wayBack(_ tool: Tool) -> String? { tool.order?.wayBack }

  func perform(_ tool: Tool) throws -> Product {
    let input = try tool.readStandardInput("a certificate request or an order document")
    let solvers = solving.solvers(and: listening)
    var (client, document) = try open(input, solvers, tool)
    if document.order.status == .pending { try prove(&document, client, solvers, tool) }
    document.replayNonce = output.isPipe ? client.unusedNonce : nil
    return .document(try document.object)
  }

  private func open(
    _ input: [UInt8], _ solvers: Solvers, _ tool: Tool
  ) throws -> (client: Client, document: OrderDocument) {
    guard input.looksLikeJSON else {
      let request = try reading("stdin") { try CertificateRequest(input) }
      if !solvers.isEmpty { try solvers.prepare(for: request.identifiers, tool) }
      try output.refuseWithoutReader()
      return try asked.order(request, order, tool)
    }
    var document = try OrderDocument(tool.document(.order, in: input))
    tool.order = document
    guard asked.isEmpty else {
      throw Failure(
        .usage, "the order on stdin is placed already: --profile, --not-before and --not-after come too late")
    }
    let client = try Client(order.authorize(document, tool), &document)
    try client.refreshAll(&document, tool)
    return (client, document)
  }

  /// From here on a signal waits until what was published is taken away.
  private func prove(_ document: inout OrderDocument, _ client: Client, _ solvers: Solvers, _ tool: Tool) throws {
    let pending = document.authorizations.filter { $0.status == .pending }.map(\.identifier)
    guard pending.isEmpty || !solvers.isEmpty else { throw Solvers.missing(for: pending) }
    try solvers.prepare(for: pending, tool)
    try document.refuseFailedNames()
    try document.choose(by: solvers)
    try follow.follow(&document, asking: resolver, with: client)
    tool.order = document
    tool.explainProofs(of: document)
    Signals.hold()
    let inPlace = InPlace(by: solvers, tool, client.budget)
    do {
      try inPlace.publish(document)
      try wait.waitForRecords(of: document, asking: resolver, with: client, tool)
      try client.respond(&document, tool)
      try client.awaitReady(&document, tool)
    } catch {
      inPlace.clean(after: false)
      throw error
    }
    inPlace.clean(after: true)
    if Signals.isPending { throw Interrupted() }
    Signals.release()
  }
}
