@testable import ACMECore

let pemParsers = [
  Parser("blocks") { bytes in
    let blocks = try PEMText(bytes).blocks
    let again = try? PEMText(blocks.flatMap(\.text)).blocks
    expect(again?.map(\.text) == blocks.map(\.text), "blocks change")
  },
  Parser("certificate request") { _ = try CertificateRequest($0) },
  Parser("chain") { bytes in
    let chain = try CertificateChain(pem: bytes)
    _ = try? chain.leaf.identifiers
    _ = try? chain.leaf.lifetime
  },
  Parser("any certificates") { _ = try CertificatePile(pem: $0) },
  Parser("roots") { _ = try TrustedRoots(pem: $0) },
  Parser("the first certificate") { _ = try Certificate.first(inPEM: $0) },
]
