package import ACMECore
package import ACMETool
package import ArgumentParser

/// The account's key, for the tools that sign with it.
package struct AccountKeyOptions: ParsableArguments {
  @Option(name: [.customShort("k"), .long], key: "The account's private key, or a pkcs11: URI.")
  package var accountKey: KeyPlace?

  @OptionGroup private var signing: SignerOption

  @OptionGroup package var passphrase: PassphraseOptions

  package init() {}

  package func validate() throws {
    guard accountKey == nil || signing.signer == nil else {
      throw ValidationError("-k and --signer contradict each other")
    }
  }

  /// The command that signs, from the option or from ACME_SIGNER; nil where the key does.
  package func command(_ tool: Tool) throws -> CommandWords? {
    guard accountKey == nil, signing.signer == nil else { return signing.signer }
    let command = try tool.command(from: "ACME_SIGNER")
    guard command == nil || tool.path(from: "ACME_ACCOUNT_KEY") == nil else {
      throw Failure(
        .usage, "ACME_ACCOUNT_KEY and ACME_SIGNER are both set", hint: "unset one, or say which by -k or --signer")
    }
    return command
  }

  /// The key, from the option or from ACME_ACCOUNT_KEY.
  package func load(_ tool: Tool) throws -> PrivateKey {
    guard let place = try accountKey ?? tool.key(from: "ACME_ACCOUNT_KEY") else {
      throw Failure(
        .usage, "the account's key is missing",
        hint: "give it with -k FILE, or set ACME_ACCOUNT_KEY; where it is elsewhere, --signer CMD signs")
    }
    return try passphrase.key(at: place, tool)
  }

  /// What signs for a document's account: the key, or the command.
  package func signer(for jwk: JWK, in document: String, _ tool: Tool) throws -> Signer {
    if let command = try command(tool) {
      return try tool.signer(for: reading(document) { try PublicKey(jwk) }, by: command)
    }
    let signer = try load(tool).signer
    guard signer.jwk == jwk else {
      throw Failure(
        .input,
        "the account key isn't that of \(document): its thumbprint is \(signer.jwk.thumbprint), not \(jwk.thumbprint)")
    }
    return signer
  }
}
