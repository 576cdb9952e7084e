internal import COpenSSL

/// A certificate and those that vouch for it, the leaf first (RFC 8555 §9.1).
package struct CertificateChain {
  static let maxCertificates = 20

  package let certificates: [Certificate]
  package var leaf: Certificate { certificates[0] }

  /// Reads PEM certificates; text around them is passed over, and one that stands twice in a row counts once.
  ///
  /// Any other block makes the whole refused: a file that brings a private key would replace ours
  /// (RFC 8555 §11.4).
  package init(pem: [UInt8]) throws(Malformed) {
    let text = try PEMText(pem)
    if let first = text.blocks.first, !text.blocks.contains(where: { $0.label == "CERTIFICATE" }) {
      throw Malformed(pemBlock: first.label, insteadOf: "a certificate chain")
    }
    if let other = text.blocks.first(where: { $0.label != "CERTIFICATE" }) {
      throw Malformed("the chain holds a PEM block \"\(other.label)\", not only certificates")
    }
    guard !text.blocks.isEmpty else { throw Malformed("there is no PEM certificate") }
    guard text.blocks.count <= Self.maxCertificates else {
      throw Malformed("the chain has more than \(Self.maxCertificates) certificates")
    }
    var certificates: [Certificate] = []
    for (index, block) in text.blocks.enumerated() {
      do {
        let certificate = try Certificate(der: Self.der(of: block))
        if certificate.der != certificates.last?.der { certificates.append(certificate) }
      } catch {
        throw Malformed("certificate \(index + 1) of the chain can't be read")
      }
    }
    self.certificates = certificates
  }

  private init(_ certificates: [Certificate]) { self.certificates = certificates }

  /// The leaf without those that vouch for it.
  package var leafAlone: CertificateChain { CertificateChain([leaf]) }

  private static func der(of block: PEMText.Block) throws -> [UInt8] {
    let input = try MemoryBIO(block.text)
    let certificate = try OpenSSLError.check(PEM_read_bio_X509(input.pointer, nil, nil, nil))
    defer { X509_free(certificate) }
    return try encodedDER { i2d_X509(certificate, $0) }
  }
}
