package import ACMECore

/// A CA, and an account key to talk to it with. Connection and nonces belong to this value, not to a call.
package final class Client {
  package let budget: Budget
  package let world: World
  let transport: any Transport
  let policy: RetryPolicy
  var pacing: Pacing
  /// nil for a tool that only looks at public things.
  let signer: Signer?
  /// The `kid`, once there is an account (RFC 8555 §6.2).
  package private(set) var accountURL: ACMEURL?
  private let directoryURL: ACMEURL
  private var known: CASection?
  /// Grows with each directory that is read: one that has moved may still answer at its old place.
  var forbidden: ForbiddenURLs
  private var isDirectoryFresh = false
  private var nonces: [Nonce] = []
  private var spentNonces: Set<Nonce> = []
  private var nonceMethod = HTTPRequest.Method.head
  let witnesses: [any Witness]
  let remedies: Remedies
  /// How many exchanges there were, those of the clients before it included.
  package internal(set) var exchangeCount: Int
  /// How many seconds the CA took to answer last; nil before it has.
  package internal(set) var pace: Double?

  /// - Parameters:
  ///   - known: the CA as a document has it; fetched again when that is older than a day.
  ///   - forbidden: what no URL that is asked for may be, beside what the account and the directories say.
  ///   - remedies: what a person can do, in the words of whoever uses the client.
  ///   - exchanges: how many there were already in this run, with other CAs.
  package init(
    directory: ACMEURL, known: CASection? = nil, nonce: Nonce? = nil, account: ACMEURL? = nil,
    forbidden: ForbiddenURLs? = nil, signer: Signer?, transport: any Transport, world: World, budget: Budget,
    policy: RetryPolicy = RetryPolicy(), witnesses: [any Witness] = [], remedies: Remedies = Remedies(),
    after exchanges: Int = 0
  ) {
    directoryURL = directory
    self.known = known
    self.forbidden = ForbiddenURLs(account: account, directory: known?.endpoints)
    if let forbidden { self.forbidden.formUnion(forbidden) }
    nonces = [nonce].compactMap { $0 }
    accountURL = account
    self.signer = signer.map {
      var signer = $0
      signer.budget = budget
      return signer
    }
    self.transport = transport
    self.world = world
    self.budget = budget
    self.policy = policy
    pacing = Pacing(policy)
    self.witnesses = witnesses
    self.remedies = remedies
    exchangeCount = exchanges
  }

  /// A nonce that was not used, to be handed to the next tool.
  package var unusedNonce: Nonce? { nonces.last }

  /// From now on requests are made for the account at `url`.
  func act(for url: ACMEURL) {
    accountURL = url
    forbidden.insert(account: url)
  }
}

/// What a person can do, where the client can tell what is wrong: it knows of no option and of no tool.
package struct Remedies: Sendable {
  /// Nobody answers at the CA's address.
  package var unreachable: String?
  /// The proxy isn't there, or lets nothing through.
  package var noWayThrough: String?
  /// The CA's certificate is vouched for by nobody who is trusted.
  package var untrusted: String?
  /// The CA wants an external account binding.
  package var externalAccountRequired: String?
  package var accountDoesNotExist: String?
  /// The CA doesn't find the account's key in the signature.
  package var signatureRefused: String?

  package init() {}
}

// MARK: Directory, RFC 8555 §7.1.1

extension Client {
  private static let maxAge: Int64 = 86400

  /// The CA, from the document if that is young enough.
  package func ca() throws -> CASection {
    if let known, world.isYoung(known, maxAge: Self.maxAge) { return known }
    return try freshCA()
  }

  /// The CA as it is now: for what a document's directory doesn't have.
  package func freshCA() throws -> CASection {
    if let known, isDirectoryFresh { return known }
    return try fetchDirectory()
  }

  private func fetchDirectory() throws -> CASection {
    let response: HTTPResponse
    let directory: Directory
    do {
      response = try perform(
        PlainRequest(method: .get, url: directoryURL, purpose: .directory, maxBody: Limits.json))
      directory = try response.parsed("the directory \(directoryURL)") { Directory($0) }
    } catch var failure as Failure where [.refused, .protocolBroken].contains(failure.status) {
      failure.hint = failure.hint ?? "is that the URL of the CA's directory?"
      throw failure
    }
    let section = CASection(
      directory: directoryURL, endpoints: directory, endpointsAt: response.receivedAt ?? budget.clock.wall())
    known = section
    forbidden.insert(directory)
    isDirectoryFresh = true
    return section
  }

  /// Runs `send` with the URL of `endpoint`; once more with a fresh directory, if the CA doesn't know the URL that
  /// an old one had.
  func atEndpoint<Result>(_ endpoint: Directory.Endpoint, _ send: (ACMEURL) throws -> Result) throws -> Result {
    let url = try self.url(of: endpoint)
    do {
      return try send(url)
    } catch let failure as Failure where failure.httpStatus == 404 {
      // To get a nonce may have meant to read the directory anew already.
      let moved = try freshCA().endpoints[endpoint]
      guard let moved, moved != url else { throw failure }
      return try send(moved)
    }
  }

  private func url(of endpoint: Directory.Endpoint) throws -> ACMEURL {
    var endpoints = try ca().endpoints
    if endpoints[endpoint] == nil { endpoints = try freshCA().endpoints }
    if let service = endpoint.service, endpoints.raw[endpoint.rawValue] == nil {
      throw Failure(
        .refused, "the CA \(directoryURL) doesn't \(service): its directory has no \(endpoint.rawValue)")
    }
    return try reading("the directory \(directoryURL)", status: .protocolBroken) { try endpoints.url(of: endpoint) }
  }

  /// Refuses a URL that the CA sent and that leads elsewhere.
  func allowed(_ url: ACMEURL, _ what: String) throws -> ACMEURL {
    let origins = try ca().allowedOrigins
    try reading(what, status: .protocolBroken) { try origins.check(url) }
    return url
  }
}

// MARK: Nonces, RFC 8555 §6.5 and §7.2

extension Client {
  /// How often newNonce is asked that answers without a nonce.
  private static let maxNonceRequests = 3

  /// Keeps the nonce of an answer. One that can't be a nonce is passed over (§6.5.1), and so is one that was sent, unless
  /// newNonce has no other.
  func keepNonce(of response: HTTPResponse, to purpose: HTTPRequest.Purpose) {
    guard let nonce = response.header("replay-nonce").flatMap({ try? Nonce($0) }),
      purpose == .nonce || !spentNonces.contains(nonce)
    else { return }
    nonces.append(nonce)
  }

  var hasNonce: Bool { !nonces.isEmpty }

  /// Where nonces come from, without asking the CA for that.
  var knownNewNonce: ACMEURL? { known?.endpoints[.newNonce] }

  func nonceRequest(_ url: ACMEURL) -> PlainRequest {
    PlainRequest(method: nonceMethod, url: url, purpose: .nonce, maxBody: Limits.json)
  }

  /// By HEAD, which is the lesser answer; a server that knows only GET is asked so from then on (§7.2 has both).
  private func askForNonce(at url: ACMEURL) throws {
    do { _ = try perform(nonceRequest(url)) } catch let failure as Failure
      where [405, 501].contains(failure.httpStatus) && nonceMethod == .head
    {
      nonceMethod = .get
      _ = try perform(nonceRequest(url))
    }
  }

  /// Those at hand are likely to be as stale as the one that was refused.
  func dropNonces() { nonces.removeAll() }

  /// A nonce for a request that may have been sent before: where there is no time left to ask for one, what came of the
  /// request says more.
  func takeNonce(after tries: Tries) throws -> Nonce {
    do { return try takeNonce() } catch let failure as Failure where failure.status == .notNow {
      throw tries.lastFailure ?? failure
    }
  }

  /// Each nonce is used once, whatever becomes of the request (§6.5.1).
  private func takeNonce() throws -> Nonce {
    for _ in 1...Self.maxNonceRequests where nonces.isEmpty {
      try atEndpoint(.newNonce, askForNonce)
    }
    guard let nonce = nonces.popLast() else {
      throw Failure(.protocolBroken, "the CA's newNonce answered without a usable Replay-Nonce")
    }
    spentNonces.insert(nonce)
    return nonce
  }
}

extension Directory.Endpoint {
  /// What a CA does there that not every CA does; nil for what none can do without.
  fileprivate var service: String? {
    switch self {
    case .newNonce, .newAccount, .newOrder, .newAuthz: nil
    case .revokeCert: "revoke certificates for their owners"
    case .keyChange: "change the keys of accounts"
    case .renewalInfo: "tell when to renew"
    }
  }
}

package enum Limits {
  package static let json = 1 << 20
  package static let chain = 4 << 20
}
