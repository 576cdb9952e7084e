package import ACMECore
package import ACMETool
package import ArgumentParser

/// The account document.
package struct AccountOptions: ParsableArguments {
  @Option(name: .shortAndLong, file: "The account document that acme-register wrote.")
  package var account: Path?

  package init() {}

  package func needs(_ tool: Tool) -> [Need] { .file(file(tool)) }

  /// The document, from the option or from ACME_ACCOUNT; nil where neither is there.
  ///
  /// - Parameter mayBeMissing: whether the file that ACME_ACCOUNT names needn't be there: it may be what is about to be
  ///   made.
  package func load(_ tool: Tool, mayBeMissing: Bool = false) throws -> AccountDocument? {
    if let early = tool.early { return early.account }
    if mayBeMissing, account == nil, file(tool)?.isMissing == true { return nil }
    return try read(tool)
  }

  /// The same before its turn has come; nil where it can't be had, or could be read but once.
  func loadAhead(_ tool: Tool) -> AccountDocument? { file(tool).flatMap { $0.isLasting ? try? read(tool) : nil } }

  private func file(_ tool: Tool) -> Path? { account ?? tool.path(from: "ACME_ACCOUNT") }

  private func read(_ tool: Tool) throws -> AccountDocument? {
    guard let file = file(tool) else { return nil }
    let object = try tool.object(.account, in: bytes(of: file), of: file.description)
    do { return try AccountDocument(object) } catch {
      throw Failure(error.status, "\(file): \(error.message)")
    }
  }

  private func bytes(of file: Path) throws(Failure) -> [UInt8] {
    do { return try Files.read(file) } catch {
      guard file.isMissing else { throw error }
      var failure = error
      failure.hint = "acme-register show -k KEY -o FILE writes the document of KEY's account"
      throw failure
    }
  }

  /// The same, for an order of that account. Throws `Failure` 65 for one of another account.
  ///
  /// - Parameter anyKey: whether the order may have been placed with another key of the account.
  @discardableResult
  package func pin(_ order: OrderDocument, anyKey: Bool = false, _ tool: Tool) throws -> AccountDocument? {
    guard let account = try load(tool) else { return nil }
    guard account.ca.directory == order.ca.directory else {
      throw Failure(
        .input,
        "the order document is of the CA \(order.ca.directory), the account document of \(account.ca.directory)")
    }
    guard account.url == order.accountURL else {
      throw Failure(.input, "the order document is of the account \(order.accountURL), not of \(account.url)")
    }
    guard anyKey || account.jwk == order.jwk else {
      throw Failure(
        .input,
        "the order document is of another key of the account \(account.url): its thumbprint is "
          + "\(order.jwk.thumbprint), not \(account.jwk.thumbprint)", hint: order.wayBackAfterRollover)
    }
    return account
  }
}

extension OrderDocument {
  /// How to go on with an order that was placed with another key of the account.
  var wayBackAfterRollover: String { "after a rollover, the new key takes the order up anew: \(wayBack())" }
}
