internal import COpenSSL

/// A certificate and those that vouch for it, the leaf first (RFC 8555 §9.1).
package struct CertificateChain {
  static let maxCertificates = 20

  package let certificates: [Certificate]
  package var leaf: Certificate { certificates[0] }

  /// Reads PEM certificates.
  ///
  /// Any other block makes the whole refused: a file that brings a private key would replace ours
  /// (RFC 8555 §11.4).
  /// - Parameter strict: refuse text between the blocks too, as a CA's answer may have none (§9.1).
  package init(pem: [UInt8], strict: Bool) throws(Malformed) {
    let text = try PEMText(pem)
    if let other = text.blocks.first(where: { $0.label != "CERTIFICATE" }) {
      throw Malformed("the chain holds a PEM block \"\(other.label)\", not only certificates")
    }
    guard !strict || !text.hasTextAround else { throw Malformed("the chain holds text that is no certificate") }
    guard !text.blocks.isEmpty else { throw Malformed("there is no PEM certificate") }
    guard text.blocks.count <= Self.maxCertificates else {
      throw Malformed("the chain has more than \(Self.maxCertificates) certificates")
    }
    var certificates: [Certificate] = []
    for block in text.blocks {
      do {
        certificates.append(try Certificate(der: Self.der(of: block)))
      } catch {
        throw Malformed("certificate \(certificates.count + 1) of the chain can't be read")
      }
    }
    self.certificates = certificates
  }

  private static func der(of block: PEMText.Block) throws -> [UInt8] {
    let input = try MemoryBIO(block.text)
    let certificate = try OpenSSLError.check(PEM_read_bio_X509(input.pointer, nil, nil, nil))
    defer { X509_free(certificate) }
    return try encodedDER { i2d_X509(certificate, $0) }
  }

  /// Throws `Malformed` unless each certificate is signed by the one after it.
  package func verifySignatures() throws(Malformed) {
    for (index, pair) in zip(certificates, certificates.dropFirst()).enumerated() {
      guard pair.0.isSigned(by: pair.1) else {
        throw Malformed(
          "certificate \(index + 1) of the chain (\(pair.0.subject)) isn't signed by the next (\(pair.1.subject))")
      }
    }
  }

  /// Throws `Malformed` unless the leaf holds the request's key and exactly its names.
  package func verifyLeaf(isFor request: CertificateRequest) throws(Malformed) {
    guard let info = try? leaf.publicKeyInfo, info == request.publicKeyInfo else {
      throw Malformed("the certificate holds another key than the request")
    }
    let names = Set(try leaf.identifiers)
    let asked = Set(request.identifiers)
    guard names == asked else {
      let more = names.subtracting(asked).map(\.value).sorted()
      let missing = asked.subtracting(names).map(\.value).sorted()
      let differences =
        (more.isEmpty ? [] : ["\(more.joined(separator: ", ")) wasn't asked for"])
        + (missing.isEmpty ? [] : ["\(missing.joined(separator: ", ")) is missing"])
      throw Malformed("the certificate's names aren't the request's: \(differences.joined(separator: "; "))")
    }
  }

  /// The certificates alone, written anew, so that nothing else of what was read gets into a file.
  package var pem: String {
    get throws { try certificates.map { try $0.pem }.joined() }
  }
}
