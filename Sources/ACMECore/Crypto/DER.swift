/// As much of DER (X.690) as it takes to hand a public key and a signature to programs that know nothing of JOSE.
enum DER {
  static let null: [UInt8] = [0x05, 0x00]

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap { $0 }) }

  static func bitString(_ octets: [UInt8]) -> [UInt8] { element(0x03, [0 /* unused bits */] + octets) }

  static func object(_ identifier: UInt8...) -> [UInt8] { element(0x06, identifier) }

  /// An unsigned number, most significant octet first.
  static func integer(_ octets: some Collection<UInt8>) -> [UInt8] {
    let shortest = Array(octets.drop { $0 == 0 })
    // The top bit would be a minus sign.
    let isSigned = shortest.first.map { $0 >= 0x80 } ?? true
    return element(0x02, (isSigned ? [0] : []) + shortest)
  }

  private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag] + length(content.count) + content
  }

  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 0x80 else { return [UInt8(count)] }
    var octets: [UInt8] = []
    var rest = count
    while rest > 0 {
      octets.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(octets.count)] + octets
  }
}

extension JWK {
  /// DER of the SubjectPublicKeyInfo: RFC 5480 §2, RFC 3279 §2.3.1, RFC 8410 §4.
  package var publicKeyInfo: [UInt8] {
    switch material {
    case .ellipticCurve(let curve, let x, let y):
      DER.sequence(
        DER.sequence(DER.object(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01), curve.object),
        DER.bitString([4 /* uncompressed, SEC 1 §2.3.3 */] + x + y))
    case .rsa(let modulus, let exponent):
      DER.sequence(
        DER.sequence(DER.object(0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01), DER.null),
        DER.bitString(DER.sequence(DER.integer(modulus), DER.integer(exponent))))
    case .ed25519(let point):
      DER.sequence(DER.sequence(DER.object(0x2B, 0x65, 0x70)), DER.bitString(point))
    }
  }

  /// A signature by this key as OpenSSL's commands want it: for ECDSA a pair of numbers (RFC 3279 §2.2.3), where a
  /// JWS has them side by side.
  package func plainSignature(_ jwsSignature: [UInt8]) -> [UInt8] {
    guard case .ellipticCurve(let curve, _, _) = material else { return jwsSignature }
    let width = curve.coordinateLength
    return DER.sequence(
      DER.integer(jwsSignature.prefix(width)), DER.integer(jwsSignature.dropFirst(width)))
  }
}

extension JWK.Curve {
  fileprivate var object: [UInt8] {
    switch self {
    case .p256: DER.object(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07)
    case .p384: DER.object(0x2B, 0x81, 0x04, 0x00, 0x22)
    case .p521: DER.object(0x2B, 0x81, 0x04, 0x00, 0x23)
    }
  }
}
