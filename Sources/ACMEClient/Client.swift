package import ACMECore

/// A CA, and an account key to talk to it with. Connection and nonces belong to this value, not to a call.
package final class Client {
  package let budget: Budget
  let transport: any Transport
  let policy: RetryPolicy
  /// nil for a tool that only looks at public things.
  let signer: Signer?
  /// The `kid`, once there is an account (RFC 8555 §6.2).
  package let accountURL: ACMEURL?
  private let directoryURL: ACMEURL
  private var known: CASection?
  /// Grows with each directory that is read: one that has moved may still answer at its old place.
  var forbidden: ForbiddenURLs
  private var isDirectoryFresh = false
  private var nonces: [Nonce] = []
  let witnesses: [any Witness]
  var exchangeCount = 0
  private let log: (String) -> Void
  let progress: (String?) -> Void

  /// - Parameters:
  ///   - known: the CA as a document has it; fetched again when that is older than a day.
  ///   - log: gets a line for each step.
  ///   - progress: gets what is being waited for, and nil when that is over.
  package init(
    directory: ACMEURL, known: CASection? = nil, nonce: Nonce? = nil, account: ACMEURL? = nil, signer: Signer?,
    transport: any Transport, budget: Budget, policy: RetryPolicy = RetryPolicy(), witnesses: [any Witness] = [],
    log: @escaping (String) -> Void, progress: @escaping (String?) -> Void = { _ in }
  ) {
    directoryURL = directory
    self.known = known
    forbidden = ForbiddenURLs(account: account, directory: known?.endpoints)
    nonces = [nonce].compactMap { $0 }
    accountURL = account
    self.signer = signer
    self.transport = transport
    self.budget = budget
    self.policy = policy
    self.witnesses = witnesses
    self.log = log
    self.progress = progress
  }

  /// A nonce that was not used, to be handed to the next tool.
  package var unusedNonce: Nonce? { nonces.last }

  func log(_ step: String) -> Void { log(step) }
}

// MARK: Directory, RFC 8555 §7.1.1

extension Client {
  private static let maxAge: Int64 = 86400
  private static let maxClockError: Int64 = 300

  /// The CA, from the document if that is young enough.
  package func ca() throws -> CASection {
    if let known, isDirectoryFresh || isYoung(known) { return known }
    return try fetchDirectory()
  }

  private func isYoung(_ section: CASection) -> Bool {
    if let recorded = recordedBeginnings(with: directoryURL) {
      return !recorded.contains { $0.seconds - section.endpointsAt.seconds >= Self.maxAge }
    }
    let age = budget.clock.wall().seconds - section.endpointsAt.seconds
    return (-Self.maxClockError..<Self.maxAge).contains(age)
  }

  @discardableResult
  package func fetchDirectory() throws -> CASection {
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
    } catch let failure as Failure where failure.httpStatus == 404 && !isDirectoryFresh {
      try fetchDirectory()
      let moved = try self.url(of: endpoint)
      guard moved != url else { throw failure }
      return try send(moved)
    }
  }

  private func url(of endpoint: Directory.Endpoint) throws -> ACMEURL {
    let endpoints = try ca().endpoints
    return try reading("the directory \(directoryURL)", status: .protocolBroken) { try endpoints.url(of: endpoint) }
  }

  /// Refuses a URL that the CA sent and that leads elsewhere.
  func checked(_ url: ACMEURL, _ what: String) throws -> ACMEURL {
    let origins = try ca().allowedOrigins
    try reading(what, status: .protocolBroken) { try origins.check(url) }
    return url
  }
}

// MARK: Nonces, RFC 8555 §6.5 and §7.2

extension Client {
  /// How often newNonce is asked that answers without a nonce.
  private static let maxNonceRequests = 3

  /// Keeps the nonce of an answer. One that can't be a nonce is passed over (§6.5.1).
  func keepNonce(of response: HTTPResponse) {
    guard let nonce = response.header("replay-nonce").flatMap({ try? Nonce($0) }) else { return }
    nonces.append(nonce)
  }

  var hasNonce: Bool { !nonces.isEmpty }

  /// Where nonces come from, without asking the CA for that.
  var knownNewNonce: ACMEURL? { known?.endpoints[.newNonce] }

  /// Those at hand are likely to be as stale as the one that was refused.
  func dropNonces() { nonces.removeAll() }

  /// Each nonce is used once, whatever becomes of the request (§6.5.1).
  func takeNonce() throws -> Nonce {
    for _ in 1...Self.maxNonceRequests where nonces.isEmpty {
      try atEndpoint(.newNonce) { url in
        _ = try perform(PlainRequest(method: .head, url: url, purpose: .nonce, maxBody: Limits.json))
      }
    }
    guard let nonce = nonces.popLast() else {
      throw Failure(.protocolBroken, "the CA's newNonce answered without a usable Replay-Nonce")
    }
    return nonce
  }
}

package enum Limits {
  package static let json = 1 << 20
  package static let chain = 4 << 20
}
