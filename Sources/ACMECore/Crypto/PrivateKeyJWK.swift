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
    let point: [UInt8] = [4 /* uncompressed, SEC 1 §2.3.3 */] + x + y
    let builder = try ParameterBuilder()
    try builder.push(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.rawValue)
    try builder.push(OSSL_PKEY_PARAM_PUB_KEY, octets: point)
    try builder.push(OSSL_PKEY_PARAM_PRIV_KEY, number: scalar)
    return try builder.key(ofType: "EC")
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
    return try builder.key(ofType: "RSA")
  }
}

/// Builds a key from its parts. OpenSSL copies neither names nor values: this object keeps them as long as it needs
/// them.
private final class ParameterBuilder {
  private let pointer: OpaquePointer
  private var numbers: [OpaquePointer] = []
  private var kept: [UnsafeMutableBufferPointer<UInt8>] = []

  init() throws { pointer = try OpenSSLError.check(OSSL_PARAM_BLD_new()) }

  deinit {
    OSSL_PARAM_BLD_free(pointer)
    numbers.forEach(BN_clear_free)
    kept.forEach { $0.deallocate() }
  }

  func push(_ name: String, number bytes: [UInt8]) throws {
    let number = try OpenSSLError.check(BN_bin2bn(bytes, Int32(clamping: bytes.count), nil))
    numbers.append(number)
    try OpenSSLError.check(OSSL_PARAM_BLD_push_BN(pointer, keep(name), number))
  }

  func push(_ name: String, text: String) throws {
    try OpenSSLError.check(OSSL_PARAM_BLD_push_utf8_string(pointer, keep(name), keep(text), 0))
  }

  func push(_ name: String, octets: [UInt8]) throws {
    try OpenSSLError.check(
      OSSL_PARAM_BLD_push_octet_string(pointer, keep(name), keep(octets).baseAddress, octets.count))
  }

  private func keep(_ text: String) -> UnsafePointer<CChar>? {
    UnsafeRawPointer(keep(Array(text.utf8) + [0]).baseAddress)?.assumingMemoryBound(to: CChar.self)
  }

  private func keep(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    kept.append(copy)
    return copy
  }

  func key(ofType type: String) throws -> OpaquePointer {
    let parameters = try OpenSSLError.check(OSSL_PARAM_BLD_to_param(pointer))
    defer { OSSL_PARAM_free(parameters) }
    let context = try OpenSSLError.check(EVP_PKEY_CTX_new_from_name(nil, type, nil))
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_fromdata_init(context) > 0,
      EVP_PKEY_fromdata(context, &key, COpenSSL_keypair, parameters) > 0, let key
    else { throw Malformed("the JWK is no valid key (\(OpenSSLError().reason))") }
    return key
  }
}
