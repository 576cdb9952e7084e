import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// From a certificate request to an order in progress: one that is placed, or one that is at the CA already
/// (RFC 8555 §7.4).
struct Ordering {
  let request: CertificateRequest
  private let account: AccountDocument
  private let client: Client
  private let tool: Tool

  /// Connects to the CA of the account.
  init(_ request: CertificateRequest, _ options: OrderOptions, _ tool: Tool) throws {
    guard let account = try options.account.load(tool) else {
      throw Failure(
        .usage, "the account document is missing",
        hint: "give it with -a FILE, or set ACME_ACCOUNT; acme-register makes it")
    }
    _ = try options.ca.directory(of: account.ca.directory, tool)
    let signer = try options.key.signer(for: account.jwk, in: "the account document", tool)
    try request.refuseKey(ofAccount: account.jwk)
    guard account.account.status == .valid else {
      throw Failure(.personMustAct, "the account \(account.url) is \(account.account.status)")
    }
    self.request = request
    self.account = account
    self.tool = tool
    client = try options.ca.client(
      for: account.ca.directory, known: account.ca, account: account.url, signer: signer, tool)
    tool.messages.step("the account \(account.url) of the CA \(account.ca.directory)")
  }

  /// Places the order, and fetches its authorizations.
  func place(_ wishes: AskedOptions) throws -> OrderRun {
    for doubt in try request.doubts { tool.messages.warning(doubt) }
    // A profile may be newer than the directory that a document has.
    let ca = try wishes.isOffered(by: client.ca().endpoints) ? client.ca() : client.freshCA()
    let asked = try wishes.asked(for: request.identifiers, of: ca.endpoints)
    let (url, order) = try client.newOrder(asked)
    tool.messages.step("placed the order \(url) for \(order.identifiers.list.shown())")
    return try run(url, asked, order)
  }

  /// Takes up the order at `url`, and fetches its authorizations.
  func takeUp(_ url: ACMEURL) throws -> OrderRun {
    let order = try client.order(at: url)
    guard request.names(are: order) else {
      throw Failure(
        .input,
        "the order \(url) is for \(order.identifiers.list.shown()), the request for \(request.identifiers.list.shown())"
      )
    }
    tool.messages.step("took up the order \(url) for \(request.identifiers.list.shown()): \(order.status)")
    // One that is over may not say its names.
    let identifiers = order.isOver ? request.identifiers : order.identifiers
    return try run(url, ["identifiers": .array(identifiers.map { .object($0.object) })], order)
  }

  private func run(_ url: ACMEURL, _ asked: JSONObject, _ order: Order) throws -> OrderRun {
    let document = try OrderDocument(
      ca: client.ca(), accountURL: account.url, jwk: account.jwk, url: url, asked: asked, order: order, csr: request)
    let run = OrderRun(document, by: client, tool)
    try run.refuseDead()
    try run.fetchAuthorizations()
    return run
  }
}
