import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

struct OrderVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "order", of: "acme-challenge", abstract: "Place the order, and work out what is to be published.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
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
        "--url takes up an order as it is: --profile, --not-before and --not-after don't go with it")
    }
  }

  func wayBack(_ tool: Tool) -> String? { tool.order?.wayBack }

  func perform(_ tool: Tool) throws -> Product {
    let input = try tool.readStandardInput("a certificate request")
    let request = try reading("stdin") { try CertificateRequest(input) }
    let solvers = solving.solvers
    if !solvers.isEmpty {
      try solvers.refuseUnserved(request.identifiers)
    } else if let type = solving.choice.type, let identifier = request.identifiers.first(where: { !type.canProve($0) })
    {
      throw Failure(.usage, "\(type) can't prove control of \(identifier)")
    }
    try output.refuseWithoutReader()
    var (client, document) =
      try url.map { try takeUp($0, request, tool) } ?? asked.order(request, order, tool)
    if solvers.isEmpty {
      try document.choose(type: solving.choice.type, isRequired: false)
    } else {
      try document.choose(by: solvers)
    }
    try follow.follow(&document, asking: resolver, with: client)
    tool.explainProofs(of: document)
    document.replayNonce = output.isPipe ? client.unusedNonce : nil
    return .document(try document.object)
  }

  private func takeUp(
    _ url: ACMEURL, _ request: CertificateRequest, _ tool: Tool
  ) throws -> (client: Client, document: OrderDocument) {
    let (client, account) = try NewOrder.connect(request, order, tool)
    let order = try client.order(at: url)
    guard order.isOver || Set(order.identifiers) == Set(request.identifiers) else {
      throw Failure(
        .input,
        "the order \(url) is for \(order.identifiers.list.shown()), the request for \(request.identifiers.list.shown())"
      )
    }
    // One that is over may not say its names.
    let identifiers = order.isOver ? request.identifiers : order.identifiers
    var document = try OrderDocument(
      ca: client.ca(), accountURL: account.url, jwk: account.jwk, url: url,
      asked: ["identifiers": .array(identifiers.map { .object($0.object) })],
      order: order, csr: request)
    tool.order = document
    try client.refuseDead(&document)
    try client.fetchAuthorizations(&document, tool)
    return (client, document)
  }

  private static func url(_ text: String) throws -> ACMEURL {
    do { return try ACMEURL(text) } catch {
      throw ValidationError("--url takes an https URL: \(error.reason.shown(limit: 300))")
    }
  }
}
