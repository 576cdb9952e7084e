/// What signs: it knows its algorithm and public key, and where the private one is does not matter.
package struct Signer {
  /// From the signing input to the JWS signature (for ECDSA R and S side by side, RFC 7518 §3.4).
  ///
  /// - Parameter budget: how long that may take, where somebody says so.
  package typealias Signing = (_ input: [UInt8], _ budget: Budget?) throws -> [UInt8]

  package let algorithm: JWSAlgorithm
  package let publicKey: PublicKey
  private let signing: Signing
  /// How long each signature may take, where another process makes it.
  package var budget: Budget?

  package init(publicKey: PublicKey, signing: @escaping Signing) {
    algorithm = publicKey.jwk.algorithm
    self.publicKey = publicKey
    self.signing = signing
  }

  package var jwk: JWK { publicKey.jwk }

  package func sign(_ input: [UInt8]) throws -> [UInt8] { try signing(input, budget) }
}

extension JWK {
  /// What a key of this kind signs with.
  fileprivate var algorithm: JWSAlgorithm {
    switch material {
    case .ellipticCurve(.p256, _, _): .es256
    case .ellipticCurve(.p384, _, _): .es384
    case .ellipticCurve(.p521, _, _): .es512
    case .rsa: .rs256
    case .ed25519: .edDSA
    }
  }
}
