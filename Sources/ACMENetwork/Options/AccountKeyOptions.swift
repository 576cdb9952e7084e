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

  package func needs(_ tool: Tool) -> [Need] {
    .key((try? place(tool)) ?? nil) + passphrase.needs(tool)
  }

  /// Whether an option says what signs.
  package var isGiven: Bool { accountKey != nil || signing.signer != nil }

  /// The option that says what signs, for a command line; nil where a variable does.
  var said: String? {
    switch accountKey {
    case .file(let path)?: Shell.option("-k", path) ?? "-k KEY"
    case .token?: "-k KEY"
    case nil: signing.signer.map { "--signer \(Shell.quoted($0))" }
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
  ///
  /// Throws `Failure` 64 where there is none, or a command signs.
  package func load(_ tool: Tool) throws -> PrivateKey {
    guard try command(tool) == nil else {
      throw Failure(
        .usage, "only an account document says which key --signer signs with, and it is missing",
        hint: "give it with -a FILE, or set ACME_ACCOUNT")
    }
    guard let place = try place(tool) else {
      throw Failure(
        .usage, "the account's key is missing",
        hint: "give it with -k FILE, or set ACME_ACCOUNT_KEY; where it is elsewhere, --signer CMD signs")
    }
    if let early = tool.early?.key, early.place == place { return early.key }
    return try passphrase.key(at: place, tool)
  }

  /// The same before its turn has come; nil where it can't be had, or only by a passphrase, a token or a command.
  func loadAhead(_ tool: Tool) -> (place: KeyPlace, key: PrivateKey)? {
    struct Encrypted: Error {}
    do {
      guard try command(tool) == nil, let place = try place(tool), case .file(let path) = place, path.isLasting else {
        return nil
      }
      return (place, try PrivateKey(pem: Files.readSecret(path)) { throw Encrypted() })
    } catch {
      return nil
    }
  }

  private func place(_ tool: Tool) throws -> KeyPlace? { try accountKey ?? tool.key(from: "ACME_ACCOUNT_KEY") }

  /// What signs for a document's account: the key, or the command.
  ///
  /// - Parameter hint: what to do where it is another key's.
  package func signer(for jwk: JWK, in document: String, _ tool: Tool, hint: String? = nil) throws -> Signer {
    if let command = try command(tool) {
      return try tool.signer(for: reading(document) { try PublicKey(jwk) }, by: command)
    }
    let signer = try load(tool).signer
    guard signer.jwk == jwk else {
      throw Failure(
        .input,
        "the account key isn't that of \(document): its thumbprint is \(signer.jwk.thumbprint), not \(jwk.thumbprint)",
        hint: try tokenHint(tool) ?? hint)
    }
    return signer
  }

  private func tokenHint(_ tool: Tool) throws -> String? {
    guard case .token(let uri) = try place(tool), !uri.namesID else { return nil }
    return "a pkcs11: URI that fits several keys means any one of them: id= in it says which"
  }
}
