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
    let all = try Certificate.all(inPEM: pem, atMost: Self.maxCertificates)
    certificates = all.indices.filter { $0 == 0 || all[$0].der != all[$0 - 1].der }.map { all[$0] }
  }

  /// - Parameter certificates: at least one.
  init(_ certificates: [Certificate]) { self.certificates = certificates }

  package init(leaf: Certificate) { certificates = [leaf] }

  /// The leaf without those that vouch for it.
  package var leafAlone: CertificateChain { CertificateChain(leaf: leaf) }
}

extension Certificate {
  /// The first of the certificates in a PEM file of one's own. Whatever else stands in it is passed over: some servers
  /// want the private key beside them.
  package static func first(inPEM pem: [UInt8]) throws(Malformed) -> Certificate {
    try refuseOtherForms(pem)
    return try all(in: PEMText(pem).blocks, atMost: CertificateChain.maxCertificates, asFarAs: 1)[0]
  }

  /// The certificates of a chain in PEM, in their order.
  ///
  /// Throws `Malformed` where there is none, or any other block.
  static func all(inPEM pem: [UInt8], atMost most: Int) throws(Malformed) -> [Certificate] {
    try refuseOtherForms(pem)
    let blocks = try PEMText(pem).blocks
    if let other = blocks.first(where: { !$0.isCertificate }), blocks.contains(where: \.isCertificate) {
      throw Malformed("the chain holds a PEM block \"\(other.label)\", not only certificates")
    }
    return try all(in: blocks, atMost: most)
  }

  private static func refuseOtherForms(_ pem: [UInt8]) throws(Malformed) {
    switch pem.first {
    case UInt8(ascii: "{"), UInt8(ascii: "["): throw Malformed("JSON, where a certificate chain in PEM is needed")
    case 0x30 /* a sequence, as every certificate is one */:
      throw Malformed(
        "DER, where a certificate chain in PEM is needed", hint: "openssl x509 -inform der makes PEM of a certificate")
    default: break
    }
  }

  /// Those in the blocks that are certificates, the first `limit` of them: at least one.
  private static func all(
    in blocks: [PEMText.Block], atMost most: Int, asFarAs limit: Int = .max
  ) throws(Malformed) -> [Certificate] {
    let encoded = blocks.filter(\.isCertificate)
    guard !encoded.isEmpty else {
      throw blocks.first.map { Malformed(pemBlock: $0.label, insteadOf: "a certificate chain") }
        ?? Malformed("there is no PEM certificate")
    }
    guard encoded.count <= most else { throw Malformed("the chain has more than \(most) certificates") }
    var certificates: [Certificate] = []
    for (index, block) in encoded.prefix(limit).enumerated() {
      do { certificates.append(try Certificate(der: der(of: block))) } catch {
        throw Malformed("certificate \(index + 1) of the chain can't be read")
      }
    }
    return certificates
  }

  private static func der(of block: PEMText.Block) throws -> [UInt8] {
    let input = try MemoryBIO(block.text)
    let certificate = try OpenSSLError.check(PEM_read_bio_X509(input.pointer, nil, nil, nil))
    defer { X509_free(certificate) }
    return try encodedDER { i2d_X509(certificate, $0) }
  }
}

extension PEMText.Block {
  fileprivate var isCertificate: Bool { label == "CERTIFICATE" }
}
