internal import COpenSSL

/// A public key of a kind that the tools support; two are equal when their SubjectPublicKeyInfo is.
package struct PublicKey: Hashable {
  package let jwk: JWK
  /// DER of the SubjectPublicKeyInfo.
  package let info: [UInt8]

  /// Throws `Malformed` for a curve, size or kind of key that ACME has no signature for, and for what is no key at all.
  init(_ key: OpaquePointer) throws {
    do {
      jwk = JWK(try Self.material(of: key))
      info = try encodedDER { i2d_PUBKEY(key, $0) }
    } catch let error as OpenSSLError {
      // The point at infinity is one that OpenSSL reads, and that has no coordinates.
      throw Malformed("the key is no valid one (\(error.reason))")
    }
  }

  /// The key as PEM, label PUBLIC KEY (RFC 7468 §13).
  package var pem: String {
    get throws {
      guard let key = decodedDER(info, { d2i_PUBKEY(nil, $0, $1) }, free: EVP_PKEY_free) else { throw OpenSSLError() }
      defer { EVP_PKEY_free(key) }
      let out = try MemoryBIO()
      try OpenSSLError.check(PEM_write_bio_PUBKEY(out.pointer, key))
      return String(decoding: out.bytes, as: UTF8.self)
    }
  }

  private static func material(of key: OpaquePointer) throws -> JWK.Material {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_EC:
      let curve = try curve(of: key)
      return .ellipticCurve(
        curve,
        x: try number(OSSL_PKEY_PARAM_EC_PUB_X, of: key, width: curve.coordinateLength),
        y: try number(OSSL_PKEY_PARAM_EC_PUB_Y, of: key, width: curve.coordinateLength))
    case EVP_PKEY_RSA:
      let modulus = try number(OSSL_PKEY_PARAM_RSA_N, of: key)
      let exponent = try number(OSSL_PKEY_PARAM_RSA_E, of: key)
      try RSANumbers.check(modulus: modulus, exponent: exponent)
      // RFC 7518 §3.3: a key of size 2048 bits or larger.
      let bits = RSANumbers.bitCount(modulus)
      guard bits >= 2048 else { throw Malformed("an RSA key of \(bits) bits can't be used: 2048 are the least") }
      return .rsa(modulus: modulus, exponent: exponent)
    case EVP_PKEY_ED25519:
      var raw = [UInt8](repeating: 0, count: 32)
      var length = raw.count
      try OpenSSLError.check(EVP_PKEY_get_raw_public_key(key, &raw, &length))
      return .ed25519(raw)
    default: throw Malformed("the key is of a kind that isn't supported (P-256, P-384, P-521, RSA or Ed25519)")
    }
  }

  private static func curve(of key: OpaquePointer) throws -> JWK.Curve {
    var name = [CChar](repeating: 0, count: 64)
    var length = 0
    try OpenSSLError.check(EVP_PKEY_get_group_name(key, &name, name.count, &length))
    switch String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) {
    case "prime256v1", "P-256": return .p256
    case "secp384r1", "P-384": return .p384
    case "secp521r1", "P-521": return .p521
    default: throw Malformed("the key's curve isn't supported (P-256, P-384 or P-521)")
    }
  }

  /// An unsigned big-endian number, without a leading zero octet unless `width` asks for them.
  static func number(_ name: String, of key: OpaquePointer, width: Int? = nil) throws -> [UInt8] {
    var number: OpaquePointer?
    defer { BN_free(number) }
    try OpenSSLError.check(EVP_PKEY_get_bn_param(key, name, &number))
    let length = width ?? Int(BN_num_bits(number) + 7) / 8
    var bytes = [UInt8](repeating: 0, count: length)
    guard BN_bn2binpad(number, &bytes, Int32(length)) == length else { throw OpenSSLError() }
    return bytes
  }
}

extension PublicKey {
  /// Reads PEM of the label PUBLIC KEY; nil where anything else comes first.
  package init?(pem: SecretBytes) throws {
    // What stands behind it may well be the private one.
    guard let end = pem.firstRange(of: "-----END PUBLIC KEY-----")?.upperBound,
      pem[..<end].firstRange(of: "PRIVATE KEY-----") == nil
    else { return nil }
    try self.init(publicPEM: Array(pem[..<end]))
  }

  private init?(publicPEM pem: [UInt8]) throws {
    guard let block = try? PEMText(pem).blocks.first, block.label == "PUBLIC KEY" else { return nil }
    let input = try MemoryBIO(block.text)
    guard let key = PEM_read_bio_PUBKEY(input.pointer, nil, nil, nil) else {
      throw Malformed("the PEM public key can't be read (\(OpenSSLError().reason))")
    }
    defer { EVP_PKEY_free(key) }
    try self.init(key)
  }
}

extension PublicKey {
  /// The key that a JWK describes.
  ///
  /// Throws `Malformed` where its numbers make no key, or one that can't be used here.
  package init(_ jwk: JWK) throws {
    let key: OpaquePointer
    switch jwk.material {
    case .ellipticCurve(let curve, let x, let y):
      let builder = try ParameterBuilder()
      try builder.push(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.rawValue)
      try builder.push(OSSL_PKEY_PARAM_PUB_KEY, octets: JWK.point(x, y))
      key = try builder.key(ofType: "EC", COpenSSL_public_key)
    case .rsa(let modulus, let exponent):
      let builder = try ParameterBuilder()
      try builder.push(OSSL_PKEY_PARAM_RSA_N, number: modulus)
      try builder.push(OSSL_PKEY_PARAM_RSA_E, number: exponent)
      key = try builder.key(ofType: "RSA", COpenSSL_public_key)
    case .ed25519(let x):
      key = try OpenSSLError.check(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, x, x.count))
    }
    defer { EVP_PKEY_free(key) }
    try self.init(key)
  }
}

extension JWK {
  /// A point of a curve in octets (SEC 1 §2.3.3, uncompressed).
  static func point(_ x: [UInt8], _ y: [UInt8]) -> [UInt8] { [4] + x + y }
}
