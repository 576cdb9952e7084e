import ACMECore
import ACMETool
import ArgumentParser

/// Makes a private key: one of the site, or one of an account.
@main
struct ACMEKey: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-key",
    abstract: "Make a private key, show what belongs to one, or sign with it for a CA.",
    version: suiteVersion,
    subcommands: [Public.self, JWKForm.self, Thumbprint.self, Import.self, Sign.self])
  static let outputKind = OutputKind.text

  @Option(
    help: ArgumentHelp(
      "The kind of key: \(KeyType.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "type"))
  var type = KeyType.p256

  @OptionGroup var newKey: NewKeyOptions
  @OptionGroup var output: KeyOutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  var input: Input? { nil }

  func needs(_ tool: Tool) -> [Need] { newKey.passphrase.needs(tool) }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    tool.messages.step("making a key of type \(type.rawValue)")
    let key = try PrivateKey.generate(type)
    tool.explain(.newKey(key.publicKey.jwk, file: output.file, isEncrypted: newKey.encrypt))
    return try newKey.product(key, "a new private key (\(type.rawValue))", mayReplace: output.force, tool)
  }
}

extension KeyType: ExpressibleByArgument {}

/// How a private key is written.
struct NewKeyOptions: ParsableArguments {
  @Flag(help: "Encrypt the key with a passphrase.")
  var encrypt = false

  @OptionGroup var passphrase: PassphraseOptions

  func validate() throws {
    // Who names a file here believes that the key gets encrypted.
    guard encrypt || passphrase.passphraseFile == nil else {
      throw ValidationError("--passphrase-file is for --encrypt, which isn't given")
    }
  }

  /// - Parameter words: what key it is.
  func product(_ key: PrivateKey, _ words: String, mayReplace: Bool, _ tool: Tool) throws -> Product {
    let secret = encrypt ? try passphrase.newPassphrase(tool) : nil
    let pem = try reading("the new key") { try key.pem(passphrase: secret) }
    return .secret(pem, words + (encrypt ? ", encrypted" : ""), mayReplace: mayReplace)
  }
}
