/// A public key as a JSON Web Key: just the members that its thumbprint is made of (RFC 7638 §3.2).
package struct JWK: Hashable, Sendable {
  package enum Curve: String, CaseIterable, Sendable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// Octets of a coordinate: always all of them, leading zeros too (RFC 7518 §6.2.1.2).
    package var coordinateLength: Int {
      switch self {
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }
  }

  package enum Material: Hashable, Sendable {
    case ellipticCurve(Curve, x: [UInt8], y: [UInt8])
    /// Big-endian, no leading zero octet (RFC 7518 §2, Base64urlUInt).
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case ed25519([UInt8])
  }

  package let material: Material

  package init(_ material: Material) { self.material = material }

  /// Reads a public JWK; members beside the required ones are passed over.
  package init(_ object: JSONObject) throws(Malformed) {
    switch try object.requiredString("kty") {
    case "EC":
      let name = try object.requiredString("crv")
      guard let curve = Curve(rawValue: name) else { throw Malformed("the JWK's curve is not supported") }
      let x = try Base64URL.decode(object.requiredString("x"))
      let y = try Base64URL.decode(object.requiredString("y"))
      guard x.count == curve.coordinateLength, y.count == curve.coordinateLength else {
        throw Malformed("a coordinate of the JWK has not the width of its curve")
      }
      material = .ellipticCurve(curve, x: x, y: y)
    case "RSA":
      let modulus = try Base64URL.decode(object.requiredString("n"))
      let exponent = try Base64URL.decode(object.requiredString("e"))
      guard let first = modulus.first, first != 0, let one = exponent.first, one != 0 else {
        throw Malformed("a number of the JWK has a leading zero octet")
      }
      try RSANumbers.check(modulus: modulus, exponent: exponent)
      material = .rsa(modulus: modulus, exponent: exponent)
    case "OKP":
      let x = try Base64URL.decode(object.requiredString("x"))
      guard try object.requiredString("crv") == "Ed25519", x.count == 32 else {
        throw Malformed("the JWK is no Ed25519 key")
      }
      material = .ed25519(x)
    default: throw Malformed("the JWK's key type is not supported")
    }
  }

  package var object: JSONObject {
    switch material {
    case .ellipticCurve(let curve, let x, let y):
      [
        "crv": .string(curve.rawValue), "kty": "EC", "x": .string(Base64URL.encode(x)),
        "y": .string(Base64URL.encode(y)),
      ]
    case .rsa(let modulus, let exponent):
      ["e": .string(Base64URL.encode(exponent)), "kty": "RSA", "n": .string(Base64URL.encode(modulus))]
    case .ed25519(let x):
      ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(x))]
    }
  }

  /// SHA-256 over the required members in lexicographic order, without blanks, in base64url (RFC 7638 §3).
  /// `JSONObject` writes just so.
  package var thumbprint: String { Base64URL.encode(SHA256.digest(of: Array(object.text.utf8))) }
}
