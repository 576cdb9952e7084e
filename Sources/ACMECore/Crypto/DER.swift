/// As much of DER (X.690) as it takes to hand a signature to programs that know nothing of JOSE, and to look into what
/// libcrypto has written.
enum DER {
  /// The object identifier id-Ed25519 (RFC 8410 §3).
  static let ed25519: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70]

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap { $0 }) }

  /// An unsigned number, most significant octet first.
  static func integer(_ octets: some Collection<UInt8>) -> [UInt8] {
    let shortest = Array(octets.drop { $0 == 0 })
    // The top bit would be a minus sign.
    let isSigned = shortest.first.map { $0 >= 0x80 } ?? true
    return element(0x02, (isSigned ? [0] : []) + shortest)
  }

  /// One of whole octets.
  static func bitString(_ octets: [UInt8]) -> [UInt8] { element(0x03, [0 /* bits unused */] + octets) }

  /// What stands after tag and length of the one element that `der` is.
  static func content(of der: [UInt8]) -> ArraySlice<UInt8> {
    guard der.count > 1 else { return [] }
    return der.dropFirst(der[1] < 0x80 ? 2 : 2 + Int(der[1] & 0x7F))
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
  /// A signature by this key as OpenSSL's commands want it: for ECDSA a pair of numbers (RFC 3279 §2.2.3), where a
  /// JWS has them side by side.
  package func plainSignature(_ jwsSignature: [UInt8]) -> [UInt8] {
    guard case .ellipticCurve(let curve, _, _) = material else { return jwsSignature }
    let width = curve.coordinateLength
    return DER.sequence(
      DER.integer(jwsSignature.prefix(width)), DER.integer(jwsSignature.dropFirst(width)))
  }
}
