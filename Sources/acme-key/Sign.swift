import ACMECore
import ACMETool
import ArgumentParser

/// The other end of --signer: for a tool that hasn't got the key.
struct Sign: Step {
  static let configuration = CommandConfiguration.verb(
    "sign", of: "acme-key", abstract: "Sign a request to an ACME CA, and nothing else.")
  static let outputKind = OutputKind.text

  @Option(name: .shortAndLong, key: "The private key, or a pkcs11: URI.")
  var key: KeyPlace?

  @OptionGroup var passphrase: PassphraseOptions

  @Option(
    help: ArgumentHelp("Sign only for URLs at or below this one. Repeatable.", valueName: "url"),
    transform: Sign.prefix)
  var urlPrefix: [URLPrefix] = []

  @Flag(help: "Sign a CertificationRequestInfo (PKCS#10), for acme-csr, instead.")
  var csr = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func validate() throws {
    guard !csr || urlPrefix.isEmpty else { throw ValidationError("--url-prefix and --csr contradict each other") }
  }

  var input: Input? { Input(csr ? "a CertificationRequestInfo in DER" : "the signing input of an ACME request") }

  func needs(_ tool: Tool) -> [Need] { .key(key) + passphrase.needs(tool) }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    guard let key else { throw Failure(.usage, "the key is missing", hint: "give it with -k FILE") }
    let signer = try passphrase.key(at: key, tool).signer
    let what = try reading("stdin") {
      try csr ? checkRequestInfo(input, signer, tool) : checkSigningInput(input, signer, tool)
    }
    tool.messages.step("signing \(what) with the private key in \(key)")
    let signature = try reading("signing") { try signer.sign(input) }
    return .text(Base64URL.encode(signature) + "\n", "the signature of \(what)")
  }

  private func checkSigningInput(_ bytes: [UInt8], _ signer: Signer, _ tool: Tool) throws -> String {
    let input = try SigningInput(bytes, for: signer)
    guard urlPrefix.isEmpty || urlPrefix.contains(where: { $0.holds(input.url) }) else {
      throw Malformed(
        "\(input.url) isn't at or below \(urlPrefix.map(\.description).joined(separator: " or ")) (--url-prefix)")
    }
    tool.explain(.signing(input))
    return "a request to \(input.url)"
  }

  private func checkRequestInfo(_ der: [UInt8], _ signer: Signer, _ tool: Tool) throws -> String {
    try CertificationRequestInfo.check(der, isOf: signer.publicKey)
    tool.explain(.signingRequestInfo)
    return "a certificate request"
  }

  private static func prefix(_ text: String) throws -> URLPrefix {
    do { return try URLPrefix(text) } catch {
      throw ValidationError("--url-prefix takes an https URL without a query: \(error.reason.shown(limit: 300))")
    }
  }
}
