import ACMECore
import ACMETool
import ArgumentParser

/// Where the verbs that show something of a key get it from.
struct ExistingKeyOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The private key, instead of stdin.", valueName: "file"),
    completion: .file(),
    transform: Path.init(argument:))
  var key: Path?

  @OptionGroup var passphrase: PassphraseOptions

  func publicKey(_ tool: Tool) throws -> PublicKey {
    let pem = try key.map { try Files.read($0) } ?? tool.readStandardInput("a PEM private key", or: "-k FILE")
    let source = key?.description ?? "stdin"
    // What is public may be all that somebody has.
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

  func perform(_ tool: Tool) throws -> Product {
    let key = try existing.publicKey(tool)
    tool.explain(.publicKey(key))
    return .text(try key.pem)
  }
}

struct JWKForm: Step {
  static let configuration = CommandConfiguration.verb(
    "jwk", of: "acme-key", abstract: "Show the public key as a JSON Web Key.")
  static let outputKind = OutputKind.text

  @OptionGroup var existing: ExistingKeyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func perform(_ tool: Tool) throws -> Product {
    let jwk = try existing.publicKey(tool).jwk
    tool.explain(.jsonWebKey(jwk))
    return .text(jwk.object.text + "\n")
  }
}

struct Thumbprint: Step {
  static let configuration = CommandConfiguration.verb(
    "thumbprint", of: "acme-key", abstract: "Show the key's thumbprint (RFC 7638).")
  static let outputKind = OutputKind.text

  @OptionGroup var existing: ExistingKeyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func perform(_ tool: Tool) throws -> Product {
    let jwk = try existing.publicKey(tool).jwk
    tool.explain(.thumbprint(jwk))
    return .text(jwk.thumbprint + "\n")
  }
}
