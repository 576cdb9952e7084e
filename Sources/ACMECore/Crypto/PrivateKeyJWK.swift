internal import COpenSSL

extension PrivateKey {
  /// Reads a private JWK, as certbot keeps its account key (RFC 7517, RFC 8037).
  package convenience init(jwk object: JSONObject) throws {
    guard try object.string("d") != nil else { throw Malformed("the JWK holds no private key") }
    let jwk = try JWK(object)
    let key =
      switch jwk.material {
      case .ellipticCurve(let curve, let x, let y):
        try Self.ellipticCurveKey(curve, x: x, y: y, scalar: Base64URL.decode(object.requiredString("d")))
      case .rsa(let modulus, let exponent):
        try Self.rsaKey(modulus: modulus, exponent: exponent, members: object)
      case .ed25519: try Self.ed25519Key(Base64URL.decode(object.requiredString("d")))
      }
    try self.init(key)
    guard publicKey.jwk == jwk else { throw Malformed("the JWK's private key is not that of its public one") }
  }

  private static func ed25519Key(_ seed: [UInt8]) throws -> OpaquePointer {
    guard seed.count == 32 else { throw Malformed("the JWK's private key is no Ed25519 key") }
    return try OpenSSLError.check(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
  }

  private static func ellipticCurveKey(
    _ curve: JWK.Curve, x: [UInt8], y: [UInt8], scalar: [UInt8]
  ) throws -> OpaquePointer {
    guard scalar.count == curve.coordinateLength else {
      throw Malformed("the JWK's private key has not the width of its curve")
    }
    guard scalar.contains(where: { $0 != 0 }) else { throw Malformed("the JWK's private key is zero") }
    let builder = try ParameterBuilder()
    try builder.push(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.rawValue)
    try builder.push(OSSL_PKEY_PARAM_PUB_KEY, octets: JWK.point(x, y))
    try builder.push(OSSL_PKEY_PARAM_PRIV_KEY, number: scalar)
    return try builder.key(ofType: "EC", COpenSSL_keypair)
  }

  private static func rsaKey(
    modulus: [UInt8], exponent: [UInt8], members: JSONObject
  ) throws -> OpaquePointer {
    func number(_ member: String) throws -> [UInt8] { try Base64URL.decode(members.requiredString(member)) }
    // RFC 7518 §6.3.2: without the factors the key would work, but no other program could read its PKCS#8.
    let numbers = try (
      d: number("d"), p: number("p"), q: number("q"), dp: number("dp"), dq: number("dq"), qi: number("qi")
    )
    try RSANumbers.check(modulus: modulus, exponent: exponent, private: numbers)
    let builder = try ParameterBuilder()
    for (name, value) in [
      (OSSL_PKEY_PARAM_RSA_N, modulus), (OSSL_PKEY_PARAM_RSA_E, exponent), (OSSL_PKEY_PARAM_RSA_D, numbers.d),
      ("rsa-factor1", numbers.p), ("rsa-factor2", numbers.q), ("rsa-exponent1", numbers.dp),
      ("rsa-exponent2", numbers.dq), ("rsa-coefficient1", numbers.qi),
    ] {
      try builder.push(name, number: value)
    }
    return try builder.key(ofType: "RSA", COpenSSL_keypair)
  }
}
