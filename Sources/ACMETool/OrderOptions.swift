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
    // The account document is ours alone; the order document may have been on another host. Where that would have us
    // talk to other servers, the CA is asked.
    let isBelievable = account.map { $0.ca.allowedOrigins.contain(document.ca.allowedOrigins) } ?? true
    return OrderAuthority(
      signer: signer, connection: try ca.connection(tool), believedCA: isBelievable ? document.ca : nil)
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
