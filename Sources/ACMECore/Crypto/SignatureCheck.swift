internal import COpenSSL

extension PublicKey {
  /// The digest that signatures of this key are made over: nil where the algorithm has its own (Ed25519).
  var digest: OpaquePointer? {
    switch jwk.material {
    case .ellipticCurve(.p256, _, _), .rsa: EVP_sha256()
    case .ellipticCurve(.p384, _, _): EVP_sha384()
    case .ellipticCurve(.p521, _, _): EVP_sha512()
    case .ed25519: nil
    }
  }

  /// Whether `signature`, as a JWS has it, is this key's over `input`.
  package func verifies(_ signature: [UInt8], of input: [UInt8]) throws -> Bool {
    guard signature.count == jwk.signatureLength else { return false }
    guard let key = decodedDER(info, { d2i_PUBKEY(nil, $0, $1) }, free: EVP_PKEY_free) else { throw OpenSSLError() }
    defer { EVP_PKEY_free(key) }
    let context = try OpenSSLError.check(EVP_MD_CTX_new())
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    try OpenSSLError.check(EVP_DigestVerifyInit(context, nil, digest, nil, key))
    let plain = jwk.plainSignature(signature)
    return EVP_DigestVerify(context, plain, plain.count, input, input.count) == 1
  }
}

extension JWK {
  /// Octets of each signature, as a JWS has it (RFC 7518 §3.3 and §3.4, RFC 8032 §5.1.6).
  package var signatureLength: Int {
    switch material {
    case .ellipticCurve(let curve, _, _): 2 * curve.coordinateLength
    case .rsa(let modulus, _): modulus.count
    case .ed25519: 64
    }
  }
}
