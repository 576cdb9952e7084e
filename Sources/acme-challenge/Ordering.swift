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
  init(_ request: CertificateRequest, _ options: HolderOptions, _ tool: Tool) throws {
    guard let account = try options.account.load(tool) else {
      throw Failure(
        .usage, "the account document is missing",
        hint: "give it with -a FILE, or set ACME_ACCOUNT; acme-register makes it")
    }
    _ = try options.ca.directory(of: account.ca.directory, tool)
    let signer = try options.key.signer(of: account, tool)
    try request.refuseKey(ofAccount: account.jwk)
    try account.refuseUnlessValid()
    self.request = request
    self.account = account
    self.tool = tool
    client = try options.ca.client(
      for: account.ca.directory, known: account.ca, account: account.url, signer: signer, tool)
    tool.messages.step("the account \(account.url) of the CA \(account.ca.directory)")
  }

  /// Places the order, and fetches its authorizations.
  func place(_ wishes: AskedOptions) throws -> OrderRun {
    let old = try wishes.replaced
    for doubt in try request.doubts { tool.messages.warning(doubt) }
    // A profile may be newer than the directory that a document has.
    let ca = try wishes.isOffered(by: client.ca().endpoints) ? client.ca() : client.freshCA()
    let asked = try wishes.asked(for: request.identifiers, of: ca.endpoints)
    // Who has no renewal information hasn't heard of it, either (RFC 9773 §5).
    let replacing = old.flatMap { ca.endpoints[.renewalInfo] == nil ? nil : $0 }
    if let file = wishes.replaces, replacing == nil {
      let why = old == nil ? "\(file) holds none that a CA has a name for" : "the CA has no renewal information"
      tool.messages.step("the order isn't said to replace a certificate: \(why)")
    }
    let placed = try replacing.map { try place(asked, replacing: $0) } ?? place(asked)
    tool.messages.step("placed the order \(placed.url) for \(placed.order.identifiers.list.shown())")
    return try run(placed)
  }

  /// An order as it was asked for and as the CA has it.
  private struct Placed {
    let url: ACMEURL
    let asked: JSONObject
    let order: Order
    /// Whether the CA takes it for the renewal of another; nil where it wasn't told of one.
    var isReplacing: Bool?
  }

  private func place(_ asked: JSONObject) throws -> Placed {
    let (url, order) = try client.newOrder(asked)
    return Placed(url: url, asked: asked, order: order)
  }

  /// Whatever is wrong with the old certificate, that it was replaced already or is another account's, the new one is
  /// needed.
  private func place(_ wanted: JSONObject, replacing old: CertificateID) throws -> Placed {
    var asked = wanted
    asked["replaces"] = .string(old.text)
    do {
      let placed = try place(asked)
      // A CA that honours it says it again (§5).
      let isHonoured = placed.order.raw["replaces"]?.string == old.text
      tool.messages.step("the order \(isHonoured ? "replaces" : "doesn't replace") the certificate \(old)")
      return Placed(url: placed.url, asked: asked, order: placed.order, isReplacing: isHonoured)
    } catch let refusal as Failure where refusal.status == .refused {
      let placed = try place(wanted)
      tool.messages.warning("the CA took the order only without the certificate that it replaces: \(refusal.message)")
      return Placed(url: placed.url, asked: asked, order: placed.order, isReplacing: false)
    }
  }

  /// Takes up the order at `url`, and fetches its authorizations.
  func takeUp(_ url: ACMEURL) throws -> OrderRun {
    let ca = try client.ca()
    do {
      try ca.allowedOrigins.check(url)
      try ForbiddenURLs(account: account.url, directory: ca.endpoints).check(url)
    } catch {
      throw Failure(.input, "--url: \(error.reason)", hint: "acme-register orders lists those of the account")
    }
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
    let asked: JSONObject = ["identifiers": .array(identifiers.map { .object($0.object) })]
    return try run(Placed(url: url, asked: asked, order: order))
  }

  private func run(_ placed: Placed) throws -> OrderRun {
    let document = try OrderDocument(
      ca: client.ca(), accountURL: account.url, jwk: account.jwk, url: placed.url, asked: placed.asked,
      order: placed.order, isReplacing: placed.isReplacing, csr: request)
    let run = OrderRun(document, by: client, tool)
    try run.refuseDead()
    try run.fetchAuthorizations()
    return run
  }
}
