import ACMECore
import ACMETool
import ArgumentParser

/// Makes a certificate request: the names, and the site's public key, signed with its private one.
@main
struct ACMECSR: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-csr",
    abstract: "Make a certificate request for names.",
    version: suiteVersion)
  static let outputKind = OutputKind.text

  @Argument(help: ArgumentHelp("A DNS name (*. before it for a wildcard) or an IP address.", valueName: "name"))
  var names: [String] = []

  @Option(name: .shortAndLong, key: "The site's private key, or a pkcs11: URI, instead of stdin.")
  var key: KeyPlace?

  @OptionGroup var signing: NewSignerOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var sources: NameSources

  @Flag(help: "Ask for a certificate that is good only with a stapled OCSP answer (RFC 7633).")
  var mustStaple = false

  @Option(
    help: ArgumentHelp("Put one of the names into the subject too.", valueName: "name"), transform: nonEmpty)
  var commonName: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func validate() throws {
    try signing.refuse(besideKey: key != nil)
    guard !names.isEmpty || sources.namesFrom != nil || sources.fromCert != nil else {
      throw ValidationError("no name is given")
    }
  }

  func programs(_ tool: Tool) throws -> Programs? { Programs(signer: try signing.command(tool)) }

  var input: Input? { key == nil && !signing.isWanted ? Input("a PEM private key", or: "-k FILE") : nil }

  func needs(_ tool: Tool) -> [Need] {
    .key(key) + signing.needs + passphrase.needs(tool) + .file(sources.namesFrom) + .file(sources.fromCert)
  }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let identifiers = try sources.identifiers(and: names)
    let common = try commonName.map { name in
      let identifier = try reading("--common-name") { try Identifier(typed: name) }
      guard identifiers.contains(identifier) else {
        throw Failure(.usage, "--common-name \(name.shown(limit: 255)) is none of the names")
      }
      return identifier
    }
    let signer = try signing.signer(tool) ?? signer(input, tool)
    let request = try reading("the request") {
      try CertificateRequest(for: identifiers, signer: signer, commonName: common, mustStaple: mustStaple)
    }
    tool.explain(
      .request(request, by: signer.publicKey, commonName: common, mustStaple: mustStaple, file: output.file))
    return .text(try request.pem, "a certificate request for \(identifiers.list.shown())")
  }

  private func signer(_ input: SecretBytes, _ tool: Tool) throws -> Signer {
    let siteKey = try passphrase.key(at: key, or: input, tool)
    tool.messages.step("signing with the private key in \(key?.description ?? "stdin")")
    return siteKey.signer
  }
}
