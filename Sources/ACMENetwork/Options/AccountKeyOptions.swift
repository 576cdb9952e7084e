package import ACMECore
package import ACMETool
package import ArgumentParser

/// The account's key, for the tools that sign with it.
package struct AccountKeyOptions: ParsableArguments {
  @Option(name: [.customShort("k"), .long], file: "The account's private key.")
  package var accountKey: Path?

  @OptionGroup package var passphrase: PassphraseOptions

  package init() {}

  /// The key, from the option or from ACME_ACCOUNT_KEY.
  package func load(_ tool: Tool) throws -> PrivateKey {
    guard let file = accountKey ?? tool.path(from: "ACME_ACCOUNT_KEY") else {
      throw Failure(
        .usage, "the account's key is missing", hint: "give it with -k FILE, or set ACME_ACCOUNT_KEY")
    }
    return try passphrase.key(pem: Files.read(file), from: file.description, named: file.octets.description, tool)
  }

  /// The key as the signer of a document's account.
  ///
  /// - Parameter hint: what to do where it is another key's.
  package func signer(for jwk: JWK, in document: String, _ tool: Tool, hint: String? = nil) throws -> Signer {
    let signer = try load(tool).signer
    guard signer.jwk == jwk else {
      throw Failure(
        .input,
        "the account key isn't that of \(document): its thumbprint is \(signer.jwk.thumbprint), not \(jwk.thumbprint)",
        hint: hint)
    }
    return signer
  }
}
