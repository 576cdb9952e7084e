package import ACMECore

extension Client {
  /// A client that talks to a real CA. The connection is made with the first request.
  package convenience init(
    _ connection: Connection, directory: ACMEURL, known: CASection? = nil, nonce: Nonce? = nil,
    account: ACMEURL? = nil, signer: Signer?
  ) throws {
    let transport: any Transport =
      if let replay = connection.replay {
        ReplayTransport(replay)
      } else {
        try CurlTransport(
          trust: CurlTransport.Trust(bundle: connection.bundle, environment: connection.environment),
          tool: connection.tool, language: Self.language(connection.environment),
          isInterrupted: connection.isInterrupted)
      }
    self.init(
      directory: directory, known: known, nonce: nonce, account: account, signer: signer, transport: transport,
      budget: connection.budget, witnesses: connection.witnesses, log: connection.log,
      progress: connection.progress)
  }

  /// A client that goes on with the order of `document`, and the document as far as the CA vouches for it.
  ///
  /// The account document is ours alone; the order document may have been on another host. Where the one doesn't vouch
  /// for the other's endpoints, the CA is asked for them.
  package convenience init(_ authority: OrderAuthority, _ document: inout OrderDocument) throws {
    let known = authority.knownCA
    if let known { try document.forbid(known.endpoints) }
    let isBelieved = known.map { $0.vouches(for: document.ca) } ?? false
    try self.init(
      authority.connection, directory: document.ca.directory, known: isBelieved ? document.ca : nil,
      nonce: document.replayNonce, account: document.accountURL, signer: authority.signer)
    forbidden.formUnion(document.forbidden)
    document.replayNonce = nil
    try document.adopt(ca())
  }

  /// An Accept-Language from the locale, so that a person can read the CA's errors (RFC 8555 §6.1).
  static func language(_ environment: Environment) -> String {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0]?.description }.first ?? ""
    let parts = locale.prefix { $0 != "." && $0 != "@" }.split(separator: "_")
    guard let language = parts.first, (2...3).contains(language.count), parts.count <= 2,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isLetter } }),
      language.lowercased() != "en" || parts.count == 2
    else { return "en" }
    let tag = parts.joined(separator: "-")
    let general = language == tag[...] ? "" : ", \(language);q=0.9"
    return language == "en" ? "\(tag)\(general)" : "\(tag)\(general), en;q=0.5"
  }
}
