import ACMECore
import ACMETool
import ArgumentParser

/// Makes a certificate request: the names, and the site's public key, signed with its private one.
@main
struct AcmeCSR: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-csr",
    abstract: "Make a certificate request for names.",
    version: suiteVersion)
  static let outputKind = OutputKind.text

  @Argument(help: ArgumentHelp("A DNS name (*. before it for a wildcard) or an IP address.", valueName: "name"))
  var names: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The site's private key, instead of stdin.", valueName: "file"),
    completion: .file(),
    transform: Path.init(argument:))
  var key: Path?

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
    guard !names.isEmpty || sources.namesFrom != nil || sources.fromCert != nil else {
      throw ValidationError("no name is given")
    }
  }

  func perform(_ tool: Tool) throws -> Product {
    let pem = try key.map { try Files.read($0) } ?? tool.readStandardInput("a PEM private key", or: "-k FILE")
    let identifiers = try sources.identifiers(and: names)
    let common = try commonName.map { name in
      let identifier = try reading("--common-name") { try Identifier(typed: name) }
      guard identifiers.contains(identifier) else {
        throw Failure(.usage, "--common-name \(name.shown(limit: 255)) is none of the names")
      }
      return identifier
    }
    let siteKey = try passphrase.key(pem: pem, from: key?.description ?? "stdin", tool)
    let request = try reading("the request") {
      try CertificateRequest(for: identifiers, key: siteKey, commonName: common, mustStaple: mustStaple)
    }
    tool.explain(
      .request(request, by: siteKey.publicKey, commonName: common, mustStaple: mustStaple, file: output.file))
    tool.messages.step("a request for \(identifiers.list)")
    return .text(try request.pem)
  }
}

/// Names that don't stand on the command line.
struct NameSources: ParsableArguments {
  @Option(
    help: ArgumentHelp("Names from FILE too, one a line; # begins a comment.", valueName: "file"), completion: .file(),
    transform: Path.init(argument:))
  var namesFrom: Path?

  @Option(
    help: ArgumentHelp("The names of the certificate in FILE too.", valueName: "file"), completion: .file(),
    transform: Path.init(argument:))
  var fromCert: Path?

  /// All names, each once.
  func identifiers(and typed: [String]) throws -> [Identifier] {
    var identifiers = try reading("the names") { try typed.map { try Identifier(typed: $0) } }
    if let file = namesFrom {
      let names = try reading(file.description) { try Self.names(in: Files.contents(of: file)) }
      identifiers += try reading(file.description) { try names.map { try Identifier(typed: $0) } }
    }
    if let file = fromCert {
      identifiers += try reading(file.description) { try CertificateChain(pem: Files.read(file)).leaf.identifiers }
    }
    guard !identifiers.isEmpty else { throw Failure(.input, "there is no name to make a request for") }
    return identifiers.unique
  }

  private static func names(in bytes: [UInt8]) throws -> [String] {
    guard let text = String(validating: bytes.withoutByteOrderMark, as: UTF8.self) else {
      throw Malformed("the names are not UTF-8")
    }
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      let name = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return name.isEmpty ? nil : name
    }
  }
}
