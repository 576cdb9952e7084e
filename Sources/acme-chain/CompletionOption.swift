import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// Issuers that are missing, from where the certificates below them say.
struct CompletionOption: ParsableArguments {
  private static let mostFetches = 5

  @Flag(help: "Fetch issuers that are missing from where the certificates say that they are.")
  var complete = false

  /// `pile` with what was missing above `leaf`, up to the root, which no server sends. With `roots` one of them is at
  /// the top; else only a certificate that signed itself shows that there was no more to come.
  ///
  /// Throws `Failure` where an issuer of the leaf can't be had, or `Interrupted`.
  func completed(
    _ pile: CertificatePile, from leaf: Certificate, _ roots: TrustedRoots?, by client: Client, _ tool: Tool
  ) throws -> CertificatePile {
    var pile = pile
    for fetches in 0... {
      let top = pile.top(above: leaf)
      guard !top.isSelfSigned, roots?.vouch(for: top) != true else { return pile }
      // Above an intermediate there may be a root, which nobody needs.
      guard top === leaf || !top.issuerURLs.isEmpty else { return pile }
      guard fetches < Self.mostFetches else { break }
      let issuer: Certificate
      do { issuer = try self.issuer(of: top, by: client) } catch let failure as Failure {
        guard top !== leaf else { throw failure }
        tool.messages.warning(failure.message)
        return pile
      }
      guard !issuer.isSelfSigned else { return pile }
      tool.messages.step("fetched the missing issuer \(issuer.subject.shown(limit: 300))")
      pile.insert(issuer)
    }
    throw Failure(
      .protocolBroken, "after \(Self.mostFetches) missing issuers there is still no root above \(leaf.subject)")
  }

  /// The first that comes from one of the places that `certificate` names, and has signed it.
  private func issuer(of certificate: Certificate, by client: Client) throws -> Certificate {
    let missing = "the issuer of \(certificate.subject.shown(limit: 300)), \(certificate.issuer.shown(limit: 300)),"
    var last: Failure?
    for url in certificate.issuerURLs {
      do {
        let sent = try client.issuers(at: url)
        if let issuer = sent.first(where: { certificate.signature(by: $0) == .good }) { return issuer }
        let isUnknown = sent.contains { certificate.signature(by: $0) == .unknown }
        last =
          isUnknown
          ? Failure(.input, "whether \(missing) is what \(url) sends can't be checked here: the algorithm is unknown")
          : Failure(.protocolBroken, "\(missing) isn't what \(url) sends: no key in it has signed that")
      } catch let failure as Failure {
        last = Failure(failure.status, "\(missing) can't be had: \(failure.message)")
      }
    }
    throw last ?? Failure(.input, "\(missing) is missing, and where it can be had isn't said in the certificate")
  }
}
