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

  func proveOutput() throws { try output.prove(forKeyReplacing: newKey.force) }

  func perform(_ tool: Tool) throws -> Product {
    let bytes = try tool.readStandardInput("a private JSON Web Key")
    let key = try reading("stdin") { try PrivateKey(jwk: JSONObject(parsing: bytes)) }
    tool.explain(.importedKey(key.publicKey.jwk, file: output.file, isEncrypted: newKey.encrypt))
    return try newKey.product(key, tool)
  }
}
