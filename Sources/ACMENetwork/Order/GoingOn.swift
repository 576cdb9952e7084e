internal import ACMEClient
package import ACMECore
package import ACMETool

/// A step that talks to the CA about an order.
package protocol OrderStep: Step {
  var order: HolderOptions { get }
}

extension OrderStep {
  package func programs(_ tool: Tool) throws -> Programs? { Programs(signer: try order.key.command(tool)) }

  package func needs(_ tool: Tool) -> [Need] { order.needs(tool) }

  package func prepare(_ tool: Tool, untilReadable stdin: Int32) { order.prepare(tool, untilReadable: stdin) }

  package var said: String { order.said }

  package func wayBack(to product: Product, _ tool: Tool) -> String? {
    tool.order?.wayBack(with: said)
  }
}

extension HolderOptions {
  /// Takes up the order of `document`, after checking that document, account, key and options belong together.
  ///
  /// The account document is ours alone; the order document may have been on another host. Where the one doesn't vouch
  /// for the other's endpoints, the CA is asked for them.
  package func goOn(with document: OrderDocument, _ tool: Tool) throws -> OrderRun {
    var document = document
    _ = try ca.directory(of: document.ca.directory, tool)
    let account = try account.pin(document, tool)
    let signer = try key.signer(
      for: document.jwk, in: "the order document", tool, hint: document.wayBackAfterRollover)
    if account == nil, !ca.names(document.ca.directory, tool) { try refuseStrangeAccount(document) }
    if let account { try document.forbid(account.ca.endpoints) }
    let isBelieved = account.map { $0.ca.vouches(for: document.ca) } ?? false
    let client = try ca.client(
      for: document.ca.directory, known: isBelieved ? document.ca : nil, nonce: document.replayNonce,
      account: document.accountURL, forbidden: document.forbidden, signer: signer, tool)
    tool.messages.step("going on with the order \(document.url) of the account \(document.accountURL)")
    try document.adopt(client.ca())
    return OrderRun(document, by: client, tool)
  }

  /// A directory that nobody but the document speaks of could be anyone's, and name our CA's server among its own.
  private func refuseStrangeAccount(_ document: OrderDocument) throws {
    guard document.accountURL.origin != document.ca.directory.origin else { return }
    throw Failure(
      .protocolBroken,
      "the account \(document.accountURL) is on another server than the directory \(document.ca.directory), "
        + "and only the order document says that they belong together",
      hint: "give the account document with -a, or the CA with --directory")
  }
}
