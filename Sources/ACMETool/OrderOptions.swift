package import ACMECore
package import ArgumentParser

/// What the steps need that go on with an order at the CA.
package struct OrderOptions: ParsableArguments {
  @OptionGroup package var key: AccountKeyOptions
  @OptionGroup package var account: AccountOptions
  @OptionGroup package var ca: CAOptions

  package init() {}

  /// Checks that document, account, key and options belong together, and gives back who signs.
  package func authorize(_ document: OrderDocument, _ tool: Tool) throws -> OrderAuthority {
    _ = try ca.directory(of: document.ca.directory, tool)
    let account = try account.load(tool)
    if let account {
      guard account.ca.directory == document.ca.directory else {
        throw Failure(
          .input,
          "the order document is of the CA \(document.ca.directory), the account document of \(account.ca.directory)")
      }
      guard account.url == document.accountURL, account.jwk == document.jwk else {
        throw Failure(
          .input, "the order document is of the account \(document.accountURL), not of \(account.url)")
      }
    }
    let signer = try key.signer(for: document.jwk, in: "the order document", tool)
    if account == nil, !ca.names(document.ca.directory, tool) { try Self.refuseStrangeAccount(document) }
    return OrderAuthority(signer: signer, connection: try ca.connection(tool), knownCA: account?.ca)
  }

  /// A directory that nobody but the document speaks of could be anyone's, and name our CA's server among its own.
  private static func refuseStrangeAccount(_ document: OrderDocument) throws {
    guard document.accountURL.origin != document.ca.directory.origin else { return }
    throw Failure(
      .protocolBroken,
      "the account \(document.accountURL) is on another server than the directory \(document.ca.directory), "
        + "and only the order document says that they belong together",
      hint: "give the account document with -a, or the CA with --directory")
  }
}

extension Tool {
  /// The order document on stdin.
  package func readOrder() throws -> OrderDocument {
    let order = try OrderDocument(readDocument(.order))
    // The copy that a failure would take along: by then the nonce is used up.
    self.order = order
    self.order?.replayNonce = nil
    return order
  }

  /// Refuses a document whose request isn't the one in `file`.
  package func pin(_ document: OrderDocument, to file: Path?) throws {
    guard let file else { return }
    let request = try reading(file.description) { try CertificateRequest(Files.read(file)) }
    guard request == document.csr else {
      throw Failure(.input, "the order document holds another certificate request than \(file)")
    }
  }
}
