internal import ACMEClient
package import ACMECore
package import ACMETool
package import ArgumentParser

/// Which CA, and how it is reached.
package struct CAOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The CA's directory: a URL, or one of \(KnownDirectory.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "url|name"),
    completion: .list(KnownDirectory.allCases.map(\.rawValue)), transform: KnownDirectory.url(of:))
  package var directory: ACMEURL?

  @Option(file: "Trust only these roots when talking to the CA (PEM).")
  package var caBundle: Path?

  @OptionGroup package var time: TimeOptions
  @OptionGroup package var witnessing: WitnessOptions

  package init() {}

  package func needs(_ tool: Tool) -> [Need] {
    .file(bundleFile(tool)) + witnessing.needs(tool)
      + (witnessing.isReplaying(tool) ? [] : [.network])
  }

  /// The directory to use: that of the document, which an option may not contradict; else the option, else the
  /// variable, else Let's Encrypt.
  package func directory(of document: ACMEURL?, _ tool: Tool) throws -> ACMEURL {
    if let document {
      guard let directory, directory != document else { return document }
      throw Failure(.input, "--directory \(directory) contradicts the document, which is of \(document)")
    }
    return try directory ?? directoryOfVariable(tool) ?? KnownDirectory.letsencrypt.url
  }

  /// The directory of the CA that renews `certificate`: the option's, else its issuer's where that is a CA that we know,
  /// else the variable's. nil where nobody says.
  package func directory(renewing certificate: Certificate, _ tool: Tool) throws -> ACMEURL? {
    try directory ?? KnownDirectory(issuing: certificate)?.url ?? directoryOfVariable(tool)
  }

  private func directoryOfVariable(_ tool: Tool) throws -> ACMEURL? {
    guard let text = tool.environment["ACME_DIRECTORY"]?.description else { return nil }
    do { return try KnownDirectory.url(of: text) } catch {
      throw Failure(.usage, "ACME_DIRECTORY is neither an https URL nor a known name: \(text.shown(limit: 200))")
    }
  }

  /// Whether it is known to be a CA from elsewhere than a document: from an option, the variable, or our own list.
  func names(_ directory: ACMEURL, _ tool: Tool) -> Bool {
    let said = tool.environment["ACME_DIRECTORY"].flatMap { try? KnownDirectory.url(of: $0.description) }
    return ([self.directory, said] + KnownDirectory.allCases.map(\.url)).contains(directory)
  }

  /// The roots that alone are to be trusted; nil for the environment's or the system's.
  ///
  /// Throws `Failure` 66 where the file, or the environment's, can't be read, and 65 where it holds no certificate:
  /// libcurl would say no more than that something is wrong with it.
  func bundle(_ tool: Tool) throws -> [UInt8]? {
    if let file = bundleFile(tool) { return try Self.roots(in: file) }
    // What stands in a pipe, libcurl alone can read.
    if let file = tool.path(from: "SSL_CERT_FILE"), !file.isPipe { _ = try Self.roots(in: file) }
    return nil
  }

  private static func roots(in file: Path) throws -> [UInt8] {
    let bytes = try Files.read(file).withoutByteOrderMark
    // OpenSSL takes an X509 CERTIFICATE, and a TRUSTED one, for what they are, too.
    guard bytes.firstRange(of: " CERTIFICATE-----") != nil else {
      let what = bytes.firstRange(of: " PRIVATE KEY-----") == nil ? "no PEM" : "a private key, and no"
      throw Failure(.input, "\(file) holds \(what) certificate that could be trusted")
    }
    return bytes
  }

  /// Whether it can be read before its turn has come, and again.
  func isBundleLasting(_ tool: Tool) -> Bool { bundleFile(tool)?.isLasting ?? true }

  private func bundleFile(_ tool: Tool) -> Path? { caBundle ?? tool.path(from: "ACME_CA_BUNDLE") }
}
