internal import COpenSSL

extension PrivateKey {
  /// The members that nobody else may see (RFC 7518 §6.2.2, §6.3.2 and §6.4).
  private static let secretMembers: Set = ["d", "p", "q", "dp", "dq", "qi", "k"]

  /// The object that `text` is, without what is private of a JWK in it.
  package static func hidingSecrets(in text: SecretBytes) throws(Malformed) -> JSONObject {
    try JSONObject.parse(text, hiding: secretMembers).object
  }

  /// Whether there is a private or a symmetric JWK in `text`, alone, in a set (RFC 7517 §5), or anywhere else.
  package static func isHeld(inJSON text: SecretBytes) -> Bool {
    func holds(_ json: JSON) -> Bool {
      switch json {
      case .array(let elements): elements.contains(where: holds)
      case .object(let object):
        object["kty"] != nil && (object["d"] != nil || object["k"] != nil)
          || object.members.contains { holds($0.value) }
      case .null, .bool, .number, .string: false
      }
    }
    return (try? JSON.parse(text, hiding: secretMembers)).map(holds) ?? false
  }

  /// Reads a private JWK, as certbot keeps its account key (RFC 7517, RFC 8037).
  package convenience init(jwk text: SecretBytes) throws {
    let (object, secrets) = try JSONObject.parse(text, hiding: Self.secretMembers)
    func secret(_ member: String) throws -> SecretBytes {
      guard let text = secrets[member] else { throw try Malformed("\"\(object.requiredString(member))\" is no secret") }
      return try Base64URL.decode(secret: text)
    }
    guard try object.string("d") != nil else { throw Malformed("the JWK holds no private key") }
    let jwk = try JWK(object)
    let key = try SecretMemory.wipingStack {
      switch jwk.material {
      case .ellipticCurve(let curve, let x, let y): try Self.ellipticCurveKey(curve, x: x, y: y, scalar: secret("d"))
      // RFC 7518 §6.3.2: without the factors the key would work, but no other program could read its PKCS#8.
      case .rsa(let modulus, let exponent):
        try Self.rsaKey(
          modulus: modulus, exponent: exponent,
          (
            d: secret("d"), p: secret("p"), q: secret("q"), dp: secret("dp"), dq: secret("dq"), qi: secret("qi")
          ))
      case .ed25519: try Self.ed25519Key(secret("d"))
      }
    }
    try self.init(key)
    guard publicKey.jwk == jwk else { throw Malformed("the JWK's private key is not that of its public one") }
  }

  private static func ed25519Key(_ seed: SecretBytes) throws -> OpaquePointer {
    guard seed.count == 32 else { throw Malformed("the JWK's private key is no Ed25519 key") }
    let key = seed.withUnsafeBytes {
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    return try OpenSSLError.check(key)
  }

  private static func ellipticCurveKey(
    _ curve: JWK.Curve, x: [UInt8], y: [UInt8], scalar: SecretBytes
  ) throws -> OpaquePointer {
    guard scalar.count == curve.coordinateLength else {
      throw Malformed("the JWK's private key has not the width of its curve")
    }
    guard scalar.contains(where: { $0 != 0 }) else { throw Malformed("the JWK's private key is zero") }
    let builder = try ParameterBuilder()
    try builder.push(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.rawValue)
    try builder.push(OSSL_PKEY_PARAM_PUB_KEY, octets: JWK.point(x, y))
    try builder.push(OSSL_PKEY_PARAM_PRIV_KEY, secret: scalar)
    return try builder.key(ofType: "EC", COpenSSL_keypair)
  }

  private static func rsaKey(
    modulus: [UInt8], exponent: [UInt8], _ numbers: RSANumbers.Private
  ) throws -> OpaquePointer {
    try RSANumbers.check(modulus: modulus, exponent: exponent, private: numbers)
    let builder = try ParameterBuilder()
    try builder.push(OSSL_PKEY_PARAM_RSA_N, number: modulus)
    try builder.push(OSSL_PKEY_PARAM_RSA_E, number: exponent)
    for (name, value) in [
      (OSSL_PKEY_PARAM_RSA_D, numbers.d), ("rsa-factor1", numbers.p), ("rsa-factor2", numbers.q),
      ("rsa-exponent1", numbers.dp), ("rsa-exponent2", numbers.dq), ("rsa-coefficient1", numbers.qi),
    ] {
      try builder.push(name, secret: value)
    }
    return try builder.key(ofType: "RSA", COpenSSL_keypair)
  }
}
