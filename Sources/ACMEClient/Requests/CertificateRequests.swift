package import ACMECore

/// A chain as the CA sends it, not yet looked at.
package struct SentChain {
  package let url: ACMEURL
  package let pem: [UInt8]
  /// What time it was by then.
  package let clocks: Clocks
  /// Where the CA says that other chains of the same certificate are.
  fileprivate let alternates: [String]
}

/// Certificates, RFC 8555 §7.4.2.
extension Client {
  private static let mostAlternates = 10
  /// How many seconds a chain is worth that one could do without.
  private static let worthOfAlternate = 10.0

  package func certificate(at url: ACMEURL) throws -> SentChain {
    chain(in: try perform(certificateRequest(url)), from: url)
  }

  /// The other chains that the CA offers beside `chain`, in its order; of one that can't be had, why. No more than ten,
  /// and each is asked for once: the main chain is there already.
  ///
  /// Throws `Interrupted`.
  package func alternates(of chain: SentChain) throws -> [(url: String, chain: Result<SentChain, any Error>)] {
    var seen = [chain.url.text]
    let links = chain.alternates.filter { link in
      let isNew = !seen.contains(link)
      seen.append(link)
      return isNew
    }.prefix(Self.mostAlternates)
    var all: [(url: String, chain: Result<SentChain, any Error>)] = []
    var requests: [(index: Int, url: ACMEURL, request: SignedRequest)] = []
    for (index, link) in links.enumerated() {
      do {
        let url = try reading("a link to another chain", status: .protocolBroken) { try ACMEURL(link, from: chain.url) }
        var request = try certificateRequest(url)
        request.worth = Self.worthOfAlternate
        requests.append((index, url, request))
        all.append((link, .failure(Interrupted())))
      } catch {
        all.append((link, .failure(error)))
      }
    }
    try perform(requests.map(\.request)) { number, result in
      let (index, url, _) = requests[number]
      all[index].chain = result.map { self.chain(in: $0, from: url) }
    }
    return all
  }

  private func certificateRequest(_ url: ACMEURL) throws -> SignedRequest {
    var request = SignedRequest(fetching: .certificate, at: try allowed(url, "the certificate"))
    request.accept = "application/pem-certificate-chain"
    request.maxBody = Limits.chain
    return request
  }

  private func chain(in response: HTTPResponse, from url: ACMEURL) -> SentChain {
    let ours = response.receivedAt ?? budget.clock.wall()
    return SentChain(
      url: url, pem: response.body, clocks: Clocks(ours: ours, theirs: response.header("date").flatMap(HTTPDate.read)),
      alternates: response.links("alternate"))
  }
}
