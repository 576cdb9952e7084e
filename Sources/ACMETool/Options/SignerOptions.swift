package import ACMECore
package import ArgumentParser

/// A command that signs, in place of a key.
package struct SignerOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Have CMD sign, in place of a key: it reads what is to be signed, and answers with the signature.",
      valueName: "cmd"),
    transform: command("--signer"))
  package var signer: CommandWords?

  package init() {}
}

/// The same where no document has the key yet.
package struct NewSignerOptions: ParsableArguments {
  @OptionGroup private var option: SignerOption

  @Option(file: "With --signer: the public key of what CMD signs with (PEM).")
  private var publicKey: Path?

  package init() {}

  package func validate() throws {
    guard option.signer == nil || publicKey != nil else {
      throw ValidationError("--signer needs --public-key FILE here: no document holds the key yet")
    }
  }

  package var needs: [Need] { .file(publicKey) }

  package func refuse(besideKey isKeyGiven: Bool) throws {
    guard !isKeyGiven || !isWanted else {
      throw ValidationError(
        option.signer == nil ? "-k and --public-key contradict each other" : "-k and --signer contradict each other")
    }
  }

  /// Whether a command signs, and no key is read.
  package var isWanted: Bool { publicKey != nil }

  /// The command, from the option or, beside --public-key, from ACME_SIGNER; nil where a key signs.
  package func command(_ tool: Tool) throws -> CommandWords? {
    guard isWanted else { return nil }
    if let signer = option.signer { return signer }
    guard let signer = try tool.command(from: "ACME_SIGNER") else {
      throw Failure(.usage, "--public-key says whose signature it is, and nobody signs", hint: "give --signer CMD too")
    }
    return signer
  }

  /// nil where a key signs.
  package func signer(_ tool: Tool) throws -> Signer? {
    guard let file = publicKey, let command = try command(tool) else { return nil }
    let pem = try Files.readSecret(file)
    let key = try reading(file.description) {
      guard let key = try PublicKey(pem: pem) else {
        throw Malformed("no PEM public key", hint: "acme-key public prints that of a private one")
      }
      return key
    }
    return try tool.signer(for: key, by: command)
  }
}
