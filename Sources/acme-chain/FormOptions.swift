import ACMECore
import ACMETool
import ArgumentParser

/// Which part of the chain is written, and in which form.
struct FormOptions: ParsableArguments {
  enum Part: String, CaseIterable, ExpressibleByArgument { case full, leaf, issuers }
  enum Format: String, CaseIterable, ExpressibleByArgument { case pem, der }

  @Option(help: ArgumentHelp("Write the full chain, the leaf alone, or its issuers alone.", valueName: "part"))
  var part = Part.full

  @Option(help: ArgumentHelp("Write PEM, or one certificate in DER: the leaf, or its only issuer.", valueName: "form"))
  var format = Format.pem

  var isGiven: Bool { part != .full || format != .pem }

  /// - Parameter words: what the leaf is.
  ///
  /// Throws `Failure` 65 where the chain has no such part, and 64 for several certificates in DER.
  func product(of chain: CertificateChain, _ words: String) throws -> Product {
    let certificates =
      switch part {
      case .full: chain.certificates
      case .leaf: [chain.leaf]
      case .issuers: Array(chain.certificates.dropFirst())
      }
    guard let first = certificates.first else { throw Failure(.input, "the chain is a leaf alone: no issuer is in it") }
    let what = part == .issuers ? "what vouches for \(words)" : words
    switch format {
    case .pem: return .text(try certificates.map { try $0.pem }.joined(), what)
    case .der:
      guard part != .issuers || certificates.count == 1 else {
        throw Failure(
          .usage, "the chain has \(certificates.count) issuers, and DER holds one certificate", hint: "--format pem")
      }
      return .octets(first.der, what)
    }
  }
}
