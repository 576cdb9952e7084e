/// Certificates in any order, from anywhere: a leaf, and what may vouch for it.
package struct CertificatePile {
  private static let maxCertificates = 40
  /// Nobody has any use for more ways up from a leaf than that.
  private static let maxChains = 16

  private var certificates: [Certificate] = []
  private let verdicts = Verdicts()

  /// Each signature is looked at once: there may be many ways past it.
  private final class Verdicts {
    private var known: [Pair: Certificate.Signature] = [:]

    private struct Pair: Hashable { let certificate, issuer: ObjectIdentifier }

    func signature(on certificate: Certificate, by issuer: Certificate) -> Certificate.Signature {
      let pair = Pair(certificate: ObjectIdentifier(certificate), issuer: ObjectIdentifier(issuer))
      if let verdict = known[pair] { return verdict }
      let verdict = certificate.signature(by: issuer)
      known[pair] = verdict
      return verdict
    }
  }

  /// Reads PEM as a chain is read, but in any order.
  package init(pem: [UInt8]) throws(Malformed) {
    for certificate in try Certificate.all(inPEM: pem, atMost: Self.maxCertificates) { insert(certificate) }
  }

  package init(_ chain: CertificateChain) { certificates = chain.certificates }

  /// One that is there already counts once.
  package mutating func insert(_ certificate: Certificate) {
    if !certificates.contains(where: { $0.der == certificate.der }) { certificates.append(certificate) }
  }

  package func certificates(notIn chain: CertificateChain) -> [Certificate] {
    certificates.filter { one in !chain.certificates.contains { $0 === one } }
  }

  /// The certificate that the others are there for: the one for the key of `request`, or the only one that is no CA's.
  package func leaf(for request: CertificateRequest?) throws(Malformed) -> Certificate {
    if let request {
      let held = certificates.filter { (try? $0.publicKeyInfo) == request.publicKeyInfo }
      guard let leaf = held.first else { throw Malformed("the certificate holds another key than the request") }
      return try only(leaf, of: held, hint: "leave in only the one that is meant")
    }
    let tops = certificates.filter { candidate in !certificates.contains { vouches(candidate, for: $0) } }
    let leaves = tops.filter { (try? $0.isCA) != true }
    return try only(
      leaves.first ?? tops.first ?? certificates[0], of: leaves, hint: "--csr FILE says which one is meant")
  }

  private func only(
    _ leaf: Certificate, of candidates: [Certificate], hint: String
  ) throws(Malformed) -> Certificate {
    guard candidates.count <= 1 else {
      let subjects = candidates.map(\.subject).joined(separator: "; ").shown(limit: 500)
      throw Malformed("there are \(candidates.count) leaves (\(subjects))", hint: hint)
    }
    return leaf
  }

  /// Every chain from `leaf` up, each as far as it goes. The first keeps to the order of the pile.
  ///
  /// Throws `Malformed` where a certificate is in none of them: either it is a stranger, or one below it is missing.
  package func chains(from leaf: Certificate) throws(Malformed) -> [CertificateChain] {
    try refuseStrangers(to: leaf)
    return ways(from: leaf)
  }

  /// What there is no issuer of, going up from `leaf`.
  package func top(above leaf: Certificate) -> Certificate { ways(from: leaf).first?.certificates.last ?? leaf }

  private func ways(from leaf: Certificate) -> [CertificateChain] {
    var chains: [CertificateChain] = []
    func climb(_ path: [Certificate]) {
      guard chains.count < Self.maxChains, let top = path.last else { return }
      let issuers = issuers(of: top).filter { issuer in !path.contains { $0 === issuer } }
      guard !issuers.isEmpty, path.count < CertificateChain.maxCertificates else {
        return chains.append(CertificateChain(path))
      }
      for issuer in issuers { climb(path + [issuer]) }
    }
    climb([leaf])
    return chains
  }

  private func issuers(of certificate: Certificate) -> [Certificate] {
    // A root's key may have been signed by others as well; but whoever has got to the root is at the top.
    isSelfSigned(certificate) ? [] : certificates.filter { vouches($0, for: certificate) }
  }

  private func isSelfSigned(_ certificate: Certificate) -> Bool {
    verdicts.signature(on: certificate, by: certificate) == .good
  }

  /// A signature that can't be checked here is no reason to say that somebody else's certificate is missing.
  private func vouches(_ issuer: Certificate, for certificate: Certificate) -> Bool {
    issuer !== certificate && verdicts.signature(on: certificate, by: issuer) != .bad
  }

  private func refuseStrangers(to leaf: Certificate) throws(Malformed) {
    var known = [leaf]
    var next = 0
    while next < known.count {
      known += issuers(of: known[next]).filter { issuer in !known.contains { $0 === issuer } }
      next += 1
    }
    guard let stranger = certificates.first(where: { one in !known.contains { $0 === one } }) else { return }
    if let below = known.first(where: { $0.names(stranger) && !isSelfSigned($0) }) {
      throw Malformed("\(below.subject) isn't signed by the key of \(stranger.subject), which it names as its issuer")
    }
    let top = known.first { issuers(of: $0).isEmpty } ?? leaf
    throw Malformed(
      "\(top.subject) isn't signed by \(stranger.subject)"
        + (isSelfSigned(top) ? ", which is a stranger here" : ": its issuer, \(top.issuer), is missing"))
  }
}
