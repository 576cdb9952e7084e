import ACMECore
import ACMETool
import ArgumentParser

/// Where the verbs that show something of a key get it from.
struct ExistingKeyOptions: ParsableArguments {
  @Option(name: .shortAndLong, key: "The private key, or a pkcs11: URI, instead of stdin.")
  var key: KeyPlace?

  @OptionGroup var passphrase: PassphraseOptions

  var input: Input? { key == nil ? Input("a PEM private key", or: "-k FILE") : nil }

  func needs(_ tool: Tool) -> [Need] { .key(key) + passphrase.needs(tool) }

  func publicKey(_ input: SecretBytes, _ tool: Tool) throws -> PublicKey {
    // What is public may be all that somebody has, and all that a token shows unasked.
    let pem: SecretBytes
    switch key {
    case .token(let uri)?: return try passphrase.publicKey(in: uri, tool)
    case .file(let path)?: pem = try Files.readSecret(path)
    case nil: pem = input
    }
    let source = key?.description ?? "stdin"
    if let publicKey = try reading(source, { try PublicKey(pem: pem) }) { return publicKey }
    return try passphrase.key(pem: pem, from: source, tool).publicKey
  }
}

struct Public: Step {
  static let configuration = CommandConfiguration.verb(
    "public", of: "acme-key", abstract: "Show the public key in PEM.")
  static let outputKind = OutputKind.text

  @OptionGroup var existing: ExistingKeyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { existing.input }

  func needs(_ tool: Tool) -> [Need] { existing.needs(tool) }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let key = try existing.publicKey(input, tool)
    tool.explain(.publicKey(key))
    return .text(try key.pem, "the public key in PEM")
  }
}

struct JWKForm: Step {
  static let configuration = CommandConfiguration.verb(
    "jwk", of: "acme-key", abstract: "Show the public key as a JSON Web Key.")
  static let outputKind = OutputKind.text

  @OptionGroup var existing: ExistingKeyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { existing.input }

  func needs(_ tool: Tool) -> [Need] { existing.needs(tool) }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let jwk = try existing.publicKey(input, tool).jwk
    tool.explain(.jsonWebKey(jwk))
    return .text(jwk.object.text + "\n", "the public key as a JSON Web Key")
  }
}

struct Thumbprint: Step {
  static let configuration = CommandConfiguration.verb(
    "thumbprint", of: "acme-key", abstract: "Show the key's thumbprint (RFC 7638).")
  static let outputKind = OutputKind.text

  @OptionGroup var existing: ExistingKeyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { existing.input }

  func needs(_ tool: Tool) -> [Need] { existing.needs(tool) }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let jwk = try existing.publicKey(input, tool).jwk
    tool.explain(.thumbprint(jwk))
    return .text(jwk.thumbprint + "\n", "the thumbprint of the key")
  }
}
