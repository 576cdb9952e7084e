package import ACMECore
package import ACMETool
package import ArgumentParser

/// The account document.
package struct AccountOptions: ParsableArguments {
  @Option(name: .shortAndLong, file: "The account document that acme-register wrote.")
  package var account: Path?

  package init() {}

  /// The document, from the option or from ACME_ACCOUNT; nil where neither is there.
  package func load(_ tool: Tool) throws -> AccountDocument? {
    guard let file = account ?? tool.path(from: "ACME_ACCOUNT") else { return nil }
    let object = try tool.object(.account, in: Files.read(file), of: file.description)
    do { return try AccountDocument(object) } catch {
      throw Failure(error.status, "\(file): \(error.message)")
    }
  }
}
