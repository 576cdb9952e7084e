internal import COpenSSL

/// A private key in this process, or in a token that does what it is asked for here.
package final class PrivateKey {
  package let publicKey: PublicKey
  let pointer: OpaquePointer

  /// Takes over `pointer`.
  ///
  /// Throws `Malformed` for a kind of key that ACME has no signature for, and where the private part isn't that of the
  /// public one.
  init(_ pointer: OpaquePointer) throws {
    do {
      let publicKey = try PublicKey(pointer)
      try SecretMemory.wipingStack { try PrivateKey.check(pointer, with: publicKey) }
      self.publicKey = publicKey
    } catch {
      EVP_PKEY_free(pointer)
      throw error
    }
    self.pointer = pointer
  }

  /// The same for one in a token, whose private part nobody can look at.
  init(_ pointer: OpaquePointer, publicKey: PublicKey) {
    self.publicKey = publicKey
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }

  /// A fresh key from the system's random numbers.
  package static func generate(_ type: KeyType) throws -> PrivateKey {
    let key = SecretMemory.wipingStack {
      switch type {
      case .p256: COpenSSL_EVP_EC_gen("P-256")
      case .p384: COpenSSL_EVP_EC_gen("P-384")
      case .p521: COpenSSL_EVP_EC_gen("P-521")
      case .rsa2048: COpenSSL_EVP_RSA_gen(2048)
      case .rsa3072: COpenSSL_EVP_RSA_gen(3072)
      case .rsa4096: COpenSSL_EVP_RSA_gen(4096)
      case .ed25519: COpenSSL_EVP_ED25519_gen()
      }
    }
    return try PrivateKey(OpenSSLError.check(key))
  }

  package var signer: Signer {
    Signer(publicKey: publicKey) { input, _ in try self.jwsSignature(of: input) }
  }

  /// Parsers take what they read: a scalar outside of the curve's order, or the numbers of two keys.
  private static func check(_ key: OpaquePointer, with publicKey: PublicKey) throws {
    defer { ERR_clear_error() }
    let isSound: Bool
    switch publicKey.jwk.material {
    case .ellipticCurve:
      let context = EVP_PKEY_CTX_new(key, nil)
      defer { EVP_PKEY_CTX_free(context) }
      isSound = EVP_PKEY_check(context) == 1
    // OpenSSL's own check asks whether the factors are prime, which can take minutes.
    case .rsa: isSound = isPair(key)
    // Every 32 octets are a private key, and the public one is made of them.
    case .ed25519: isSound = true
    }
    guard isSound else { throw Malformed("the private key is not that of its public one, or out of range") }
  }

  /// Whether the public part verifies what the private part signs.
  private static func isPair(_ key: OpaquePointer) -> Bool {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    let input = [UInt8]("a signature of no meaning".utf8)
    var length = Int(EVP_PKEY_get_size(key))
    var signature = [UInt8](repeating: 0, count: max(0, length))
    return EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestSign(context, &signature, &length, input, input.count) == 1
      && EVP_MD_CTX_reset(context) == 1
      && EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestVerify(context, signature, length, input, input.count) == 1
  }

  private func jwsSignature(of input: [UInt8]) throws -> [UInt8] {
    let context = try OpenSSLError.check(EVP_MD_CTX_new())
    defer { EVP_MD_CTX_free(context) }
    try OpenSSLError.check(EVP_DigestSignInit(context, nil, publicKey.digest, nil, pointer))
    var length = 0
    try OpenSSLError.check(EVP_DigestSign(context, nil, &length, input, input.count))
    var signature = [UInt8](repeating: 0, count: length)
    try SecretMemory.wipingStack {
      try OpenSSLError.check(EVP_DigestSign(context, &signature, &length, input, input.count))
    }
    signature.removeLast(signature.count - length)
    guard case .ellipticCurve(let curve, _, _) = publicKey.jwk.material else { return signature }
    return try Self.fixedWidth(signature, width: curve.coordinateLength)
  }

  /// From DER to R and S side by side, each as wide as the curve (RFC 7518 §3.4).
  private static func fixedWidth(_ der: [UInt8], width: Int) throws -> [UInt8] {
    let signature = try OpenSSLError.check(decodedDER(der, { d2i_ECDSA_SIG(nil, $0, $1) }, free: ECDSA_SIG_free))
    defer { ECDSA_SIG_free(signature) }
    var bytes: [UInt8] = []
    for number in [ECDSA_SIG_get0_r(signature), ECDSA_SIG_get0_s(signature)] {
      var half = [UInt8](repeating: 0, count: width)
      guard BN_bn2binpad(number, &half, Int32(width)) == width else { throw OpenSSLError() }
      bytes += half
    }
    return bytes
  }
}

/// The kinds of key that the tools make and use.
package enum KeyType: String, CaseIterable, Sendable {
  case p256, p384, p521, rsa2048, rsa3072, rsa4096, ed25519
}
