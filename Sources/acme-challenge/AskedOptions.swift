import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// What is asked for beside the names.
struct AskedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Ask for a certificate of this profile of the CA.", valueName: "name"), transform: nonEmpty)
  var profile: String?

  @Option(
    help: ArgumentHelp("Ask for a certificate valid from this time on (RFC 3339).", valueName: "time"),
    transform: AskedOptions.time)
  var notBefore: Timestamp?

  @Option(
    help: ArgumentHelp("Ask for a certificate valid up to this time (RFC 3339).", valueName: "time"),
    transform: AskedOptions.time)
  var notAfter: Timestamp?

  var isEmpty: Bool { profile == nil && notBefore == nil && notAfter == nil }

  /// Places the order for `request` and fetches its authorizations (RFC 8555 §7.4).
  func order(
    _ request: CertificateRequest, _ options: OrderOptions, _ tool: Tool
  ) throws -> (client: Client, document: OrderDocument) {
    let (client, account) = try NewOrder.connect(request, options, tool)
    let ca = try client.ca()
    let asked = try self.asked(for: request, ca.endpoints)
    let (url, order) = try client.newOrder(asked)
    var document = try OrderDocument(
      ca: client.ca(), accountURL: account.url, jwk: account.jwk, url: url, asked: asked, order: order, csr: request)
    tool.order = document
    try client.refuseDead(&document)
    try client.fetchAuthorizations(&document, tool)
    return (client, document)
  }

  private func asked(for request: CertificateRequest, _ directory: Directory) throws -> JSONObject {
    var asked: JSONObject = ["identifiers": .array(request.identifiers.map { .object($0.object) })]
    asked["notBefore"] = notBefore.map { .string($0.description) }
    asked["notAfter"] = notAfter.map { .string($0.description) }
    if let profile {
      // "The client SHOULD NOT request a profile that isn't advertised" (draft-ietf-acme-profiles).
      guard let profiles = directory.profiles, profiles.contains(profile) else {
        let offered = directory.profiles.map { "it has \($0.joined(separator: ", ").shown(limit: 300))" }
        throw Failure(
          .refused, "the CA has no profile \(profile.shown(limit: 100))", hint: offered ?? "it has no profiles at all")
      }
      asked["profile"] = .string(profile)
    }
    return asked
  }

  private static func time(_ text: String) throws -> Timestamp {
    do { return try Timestamp(text) } catch {
      throw ValidationError("'\(text.shown(limit: 50))' is no RFC 3339 time, such as 2026-12-31T00:00:00Z")
    }
  }
}

/// What it takes to place an order, or to take one up that is at the CA already.
enum NewOrder {
  static func connect(
    _ request: CertificateRequest, _ options: OrderOptions, _ tool: Tool
  ) throws -> (client: Client, account: AccountDocument) {
    guard let account = try options.account.load(tool) else {
      throw Failure(
        .usage, "the account document is missing",
        hint: "give it with -a FILE, or set ACME_ACCOUNT; acme-register makes it")
    }
    _ = try options.ca.directory(of: account.ca.directory, tool)
    let signer = try options.key.signer(for: account.jwk, in: "the account document", tool)
    guard request.publicKey?.jwk != account.jwk else { throw Failure.accountKeyInRequest }
    guard account.account.status == .valid else {
      throw Failure(.personMustAct, "the account \(account.url) is \(account.account.status)")
    }
    let client = try Client(
      options.ca.connection(tool), directory: account.ca.directory, known: account.ca, account: account.url,
      signer: signer)
    return (client, account)
  }
}
