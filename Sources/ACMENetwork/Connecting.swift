package import ACMEClient
package import ACMECore
package import ACMETool

/// What all that a run says to CAs has in common: the time, the way, and who looks on.
package struct Outside {
  package let world: World
  fileprivate let transport: any Transport
  fileprivate let witnesses: [any Witness]

  /// A client that needs neither key nor account.
  ///
  /// - Parameter exchanges: how many there were already in this run, with other CAs.
  package func client(
    for directory: ACMEURL, budget: Budget, policy: RetryPolicy, after exchanges: Int
  ) -> Client {
    Client(
      directory: directory, signer: nil, transport: transport, world: world, budget: budget, policy: policy,
      witnesses: witnesses, remedies: .ofTheTools, after: exchanges)
  }
}

extension CAOptions {
  /// - Parameter maxConnections: how many there may be to a CA that has no HTTP/2.
  ///
  /// Throws `Failure` 64 to 66 and 73 where a file that is named, or a value, is of no use.
  package func outside(_ tool: Tool, maxConnections: Int = 3) throws -> Outside {
    let world = World(Signals.clock, replaying: try witnessing.replay(tool))
    let transport = try world.transport ?? tool.early?.transport ?? connection(tool, maxConnections: maxConnections)
    return Outside(world: world, transport: transport, witnesses: try witnessing.witnesses(tool))
  }

  /// The way to the CA, over which nothing has been asked yet.
  func connection(_ tool: Tool, maxConnections: Int = 3) throws -> CurlTransport {
    try CurlTransport(
      trust: CurlTransport.Trust(bundle: bundle(tool), environment: tool.environment), environment: tool.environment,
      tool: "\(tool.name)/\(suiteVersion)", language: CurlTransport.language(tool.environment),
      maxConnections: maxConnections, isInterrupted: { Signals.isPending })
  }

  /// A client that talks to the CA at `directory`. The budget begins now, the connection with the first request.
  ///
  /// - Parameters:
  ///   - known: the CA as a document has it.
  ///   - nonce: one that came down the pipe.
  ///   - account: the URL of the signer's account, where there is one.
  ///   - forbidden: what no URL that is asked for may be, beside what the account and the directory say.
  package func client(
    for directory: ACMEURL, known: CASection? = nil, nonce: Nonce? = nil, account: ACMEURL? = nil,
    forbidden: ForbiddenURLs? = nil, signer: Signer?, _ tool: Tool
  ) throws -> Client {
    let outside = try outside(tool)
    return Client(
      directory: directory, known: known, nonce: nonce, account: account, forbidden: forbidden, signer: signer,
      transport: outside.transport, world: outside.world,
      budget: try time.budget(tool, clock: outside.world.clock), witnesses: outside.witnesses, remedies: .ofTheTools)
  }
}

extension Remedies {
  fileprivate static var ofTheTools: Remedies {
    var remedies = Remedies()
    remedies.unreachable =
      "is that the CA (--directory, ACME_DIRECTORY)? does the network let this host reach it, or is there a proxy to be "
      + "named by HTTPS_PROXY?"
    remedies.noWayThrough =
      "is that the proxy, and does it let this host through to the CA? NO_PROXY names the hosts that are reached without "
      + "one"
    remedies.untrusted = "for a CA of your own, name its root with --ca-bundle"
    remedies.externalAccountRequired =
      "get a key id and a MAC key from the CA, and give them with --eab-kid and --eab-key-file"
    remedies.accountDoesNotExist =
      "is that the account's key, and its CA (--directory)? acme-register makes an account, and after a rollover the new "
      + "key alone has it"
    remedies.signatureRefused =
      "has the account got another key by now? acme-register show -k KEY -o FILE writes the document for the key that has "
      + "it"
    return remedies
  }
}
