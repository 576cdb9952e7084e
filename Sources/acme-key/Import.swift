import ACMECore
import ACMETool
import ArgumentParser

struct Import: Step {
  static let configuration = CommandConfiguration.verb(
    "import", of: "acme-key", abstract: "Read a private JSON Web Key (certbot's form), write PEM.")
  static let outputKind = OutputKind.text

  @OptionGroup var newKey: NewKeyOptions
  @OptionGroup var output: KeyOutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { Input("a private JSON Web Key") }

  func needs(_ tool: Tool) -> [Need] { newKey.passphrase.needs(tool) }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let key = try reading("stdin") { try PrivateKey(jwk: input) }
    tool.explain(.importedKey(key.publicKey.jwk, file: output.file, isEncrypted: newKey.encrypt))
    return try newKey.product(key, "the private key that was imported", mayReplace: output.force, tool)
  }
}
