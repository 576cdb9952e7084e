internal import COpenSSL

/// A private key in this process.
package final class PrivateKey {
  package let publicKey: PublicKey
  let pointer: OpaquePointer

  /// Takes over `pointer`.
  init(_ pointer: OpaquePointer) throws {
    do {
      publicKey = try PublicKey(pointer)
    } catch {
      EVP_PKEY_free(pointer)
      throw error
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }

  /// A fresh key from the system's random numbers.
  package static func generate(_ type: KeyType) throws -> PrivateKey {
    let key =
      switch type {
      case .p256: COpenSSL_EVP_EC_gen("P-256")
      case .p384: COpenSSL_EVP_EC_gen("P-384")
      case .p521: COpenSSL_EVP_EC_gen("P-521")
      case .rsa2048: COpenSSL_EVP_RSA_gen(2048)
      case .rsa3072: COpenSSL_EVP_RSA_gen(3072)
      case .rsa4096: COpenSSL_EVP_RSA_gen(4096)
      case .ed25519: COpenSSL_EVP_ED25519_gen()
      }
    return try PrivateKey(OpenSSLError.check(key))
  }

  /// The digest that signs with this key: nil where the algorithm has its own (Ed25519).
  var digest: OpaquePointer? {
    switch publicKey.jwk.material {
    case .ellipticCurve(.p256, _, _), .rsa: EVP_sha256()
    case .ellipticCurve(.p384, _, _): EVP_sha384()
    case .ellipticCurve(.p521, _, _): EVP_sha512()
    case .ed25519: nil
    }
  }

  package var signer: Signer {
    let algorithm: JWSAlgorithm =
      switch publicKey.jwk.material {
      case .ellipticCurve(.p256, _, _): .es256
      case .ellipticCurve(.p384, _, _): .es384
      case .ellipticCurve(.p521, _, _): .es512
      case .rsa: .rs256
      case .ed25519: .edDSA
      }
    return Signer(algorithm: algorithm, jwk: publicKey.jwk, sign: jwsSignature)
  }

  private func jwsSignature(of input: [UInt8]) throws -> [UInt8] {
    let context = try OpenSSLError.check(EVP_MD_CTX_new())
    defer { EVP_MD_CTX_free(context) }
    try OpenSSLError.check(EVP_DigestSignInit(context, nil, digest, nil, pointer))
    var length = 0
    try OpenSSLError.check(EVP_DigestSign(context, nil, &length, input, input.count))
    var signature = [UInt8](repeating: 0, count: length)
    try OpenSSLError.check(EVP_DigestSign(context, &signature, &length, input, input.count))
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
