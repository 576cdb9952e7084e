internal import ACMECore
internal import ACMETool

extension JWS {
  /// A line for bash that has OpenSSL check this signature; nil for a MAC.
  var check: String? {
    guard let publicKey, let signature = try? Base64URL.decode(signature) else { return nil }
    let keyFile = Shell.file(publicKey.info)
    let signatureFile = Shell.file(publicKey.jwk.plainSignature(signature))
    let input = Shell.print(signingInput)
    guard let digest = publicKey.jwk.digestName else {
      // For Ed25519 OpenSSL wants to know how long the input is, and so a real file.
      return "(f=$(mktemp); trap 'rm $f' 0; \(input) >$f; openssl pkeyutl -verify -rawin -in $f"
        + " -pubin -keyform DER -inkey \(keyFile) -sigfile \(signatureFile))"
    }
    return "\(input) | openssl dgst -\(digest) -keyform DER -verify \(keyFile) -signature \(signatureFile)"
  }
}

extension JWK {
  /// nil where the algorithm has its own.
  fileprivate var digestName: String? {
    switch material {
    case .ellipticCurve(.p256, _, _), .rsa: "sha256"
    case .ellipticCurve(.p384, _, _): "sha384"
    case .ellipticCurve(.p521, _, _): "sha512"
    case .ed25519: nil
    }
  }
}

extension JWSAlgorithm {
  /// What it is, and where that stands.
  var meaning: String {
    switch self {
    case .es256: "ECDSA on the curve P-256, over SHA-256 (RFC 7518, section 3.4)"
    case .es384: "ECDSA on the curve P-384, over SHA-384 (RFC 7518, section 3.4)"
    case .es512: "ECDSA on the curve P-521, over SHA-512 (RFC 7518, section 3.4)"
    case .rs256: "RSA, over SHA-256 (RFC 7518, section 3.3)"
    case .edDSA: "Ed25519 (RFC 8037, section 3.1)"
    default: "how it is signed"
    }
  }
}
