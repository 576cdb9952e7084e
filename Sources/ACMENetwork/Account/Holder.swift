package import ACMEClient
package import ACMECore
package import ACMETool

/// A step that signs as the holder of an account.
package protocol HolderStep: Step {
  var holder: HolderOptions { get }
}

extension HolderStep {
  package func programs(_ tool: Tool) throws -> Programs? { Programs(signer: try holder.key.command(tool)) }

  package func needs(_ tool: Tool) -> [Need] { holder.needs(tool) }
}

extension HolderOptions {
  /// Looks up the account of the key: the key alone is enough.
  ///
  /// - Parameter isPinned: whether an account document has to be that of the key; else it only says which CA.
  ///
  /// Throws `Failure` with the CA's words where it has none for it.
  package func lookUp(isPinned: Bool = true, _ tool: Tool) throws -> (client: Client, account: AccountDocument) {
    let client = try introduction(isPinned: isPinned, tool).client
    let account = try client.lookUpAccount().document()
    tool.messages.step("the key has the account \(account.url)")
    return (client, account)
  }

  /// A client that is about to look up the account of the key, and the document of that account, where there is one.
  package func introduction(
    isPinned: Bool = true, _ tool: Tool
  ) throws -> (client: Client, known: AccountDocument?) {
    // Of a command only a document says whose signatures it makes.
    let isPinned = try isPinned || key.command(tool) != nil
    let document = try account.load(tool, mayBeMissing: !isPinned)
    let directory = try ca.directory(of: document?.ca.directory, tool)
    let known = isPinned ? document : nil
    let signer = try known.map { try key.signer(of: $0, tool) } ?? key.load(tool).signer
    let client = try ca.client(
      for: directory, known: document?.ca, account: known?.url, signer: signer, tool)
    tool.messages.step("asking the CA \(directory) for the account of the key")
    return (client, known)
  }

  /// A client that acts for the account of the key, which is looked up only where no document says it.
  ///
  /// Throws `Failure` 78 for an account that isn't valid.
  package func client(_ tool: Tool) throws -> Client {
    guard let known = try account.load(tool) else {
      let (client, account) = try lookUp(tool)
      try account.refuseUnlessValid()
      return client
    }
    let directory = try ca.directory(of: known.ca.directory, tool)
    let signer = try key.signer(of: known, tool)
    try known.refuseUnlessValid()
    return try ca.client(for: directory, known: known.ca, account: known.url, signer: signer, tool)
  }
}

extension AccountKeyOptions {
  /// The key as the signer of an account document's account.
  package func signer(of account: AccountDocument, _ tool: Tool) throws -> Signer {
    try signer(
      for: account.jwk, in: "the account document", tool,
      hint: "acme-register show -k KEY -o FILE writes the document of KEY's account, as is needed after a rollover")
  }
}

extension AccountDocument {
  /// Throws `Failure` 78.
  package func refuseUnlessValid() throws(Failure) {
    guard account.status != .valid else { return }
    throw Failure(
      .personMustAct, "the account \(url) is \(account.status)", hint: "make another with a new key")
  }
}

extension Client.LookUp {
  /// The account that was found. Throws `Failure` with the CA's words where there is none.
  package func document() throws(Failure) -> AccountDocument {
    switch self {
    case .found(let document): return document
    case .refused(let failure):
      guard failure.problem?.type != .unauthorized else { throw failure.asOfClosedAccount }
      var failure = failure
      failure.hint = failure.hint ?? "has the key an account at this CA (--directory)? acme-register makes one"
      throw failure
    }
  }
}

extension Failure {
  /// RFC 8555 §7.3.6: so a CA answers whatever the key of a deactivated account signs.
  package var asOfClosedAccount: Failure {
    var failure = self
    failure.status = .personMustAct
    failure.hint = "where the account of this key was deactivated, make another with a new key"
    return failure
  }
}
