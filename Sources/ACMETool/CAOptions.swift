package import ACMECore
package import ArgumentParser

/// Which CA, and how it is reached.
package struct CAOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The CA's directory: a URL, or one of \(KnownDirectory.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "url|name"),
    transform: KnownDirectory.url(of:))
  package var directory: ACMEURL?

  @Option(
    help: ArgumentHelp("Trust only these roots when talking to the CA (PEM).", valueName: "file"), transform: nonEmpty)
  package var caBundle: String?

  @Option(help: ArgumentHelp("The budget of the tool's own work (default: 300).", valueName: "seconds"))
  package var timeout: Int?

  package init() {}

  package func validate() throws {
    if let timeout { try Self.check(timeout) }
  }

  /// The directory to use: that of the document, which an option may not contradict; else the option, else the
  /// variable, else Let's Encrypt.
  package func directory(of document: ACMEURL?, _ tool: Tool) throws -> ACMEURL {
    if let document {
      guard let directory, directory != document else { return document }
      throw Failure(.input, "--directory \(directory) contradicts the document, which is of \(document)")
    }
    if let directory { return directory }
    guard let text = tool.variable("ACME_DIRECTORY") else { return KnownDirectory.letsencrypt.url }
    do { return try KnownDirectory.url(of: text) } catch {
      throw Failure(.usage, "ACME_DIRECTORY is neither an https URL nor a known name: \(text.shown(limit: 200))")
    }
  }

  /// How the CA is reached. The budget begins here.
  package func connection(_ tool: Tool) throws -> Connection {
    let bundle = caBundle ?? tool.variable("ACME_CA_BUNDLE")
    if let bundle { try checkBundle(bundle) }
    var seconds = timeout ?? 300
    if timeout == nil, let text = tool.variable("ACME_TIMEOUT") {
      guard let number = Int(text), (try? Self.check(number)) != nil else {
        throw Failure(.usage, "ACME_TIMEOUT is no number of seconds: \(text.shown(limit: 50))")
      }
      seconds = number
    }
    return Connection(
      bundle: bundle, environment: tool.environment, budget: Budget(seconds: seconds, clock: Signals.clock),
      tool: "\(tool.name)/\(suiteVersion)", isInterrupted: { Signals.isPending }, log: tool.messages.step)
  }

  /// libcurl would say no more than that something is wrong with the file.
  private func checkBundle(_ file: String) throws {
    let bytes = try Files.read(file)
    guard bytes.firstRange(of: Array("-----BEGIN".utf8)) != nil else {
      throw Failure(.input, "\(file) holds no PEM certificate that could be trusted")
    }
  }

  private static func check(_ seconds: Int) throws {
    guard (1...31_536_000).contains(seconds) else {
      throw ValidationError("--timeout takes a number of seconds from 1 to 31536000")
    }
  }

}

/// CAs that have a short name.
package enum KnownDirectory: String, CaseIterable {
  case letsencrypt
  case letsencryptStaging = "letsencrypt-staging"
  case google
  case googleStaging = "google-staging"
  case zerossl
  case sslcomRSA = "sslcom-rsa"
  case sslcomECC = "sslcom-ecc"
  case actalis

  private var text: String {
    switch self {
    case .letsencrypt: "https://acme-v02.api.letsencrypt.org/directory"
    case .letsencryptStaging: "https://acme-staging-v02.api.letsencrypt.org/directory"
    case .google: "https://dv.acme-v02.api.pki.goog/directory"
    case .googleStaging: "https://dv.acme-v02.test-api.pki.goog/directory"
    case .zerossl: "https://acme.zerossl.com/v2/DV90"
    case .sslcomRSA: "https://acme.ssl.com/sslcom-dv-rsa"
    case .sslcomECC: "https://acme.ssl.com/sslcom-dv-ecc"
    case .actalis: "https://acme-api.actalis.com/acme/directory"
    }
  }

  /// Reads a name, or an https URL.
  static func url(of text: String) throws -> ACMEURL {
    if let known = KnownDirectory(rawValue: text) { return known.url }
    do { return try ACMEURL(text) } catch {
      throw ValidationError("a directory is an https URL or a known name, not '\(text.shown(limit: 200))'")
    }
  }

  package var url: ACMEURL {
    do { return try ACMEURL(text) } catch { preconditionFailure("\(text) is an https URL") }
  }
}
