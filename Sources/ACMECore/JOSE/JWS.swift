/// The `alg` of a signature (RFC 7518 §3.1, RFC 8037 §3.1). An open set: a CA may name others in `algorithms`.
package struct JWSAlgorithm: RawRepresentable, Hashable, Sendable {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }

  package static let es256 = JWSAlgorithm(rawValue: "ES256")
  package static let es384 = JWSAlgorithm(rawValue: "ES384")
  package static let es512 = JWSAlgorithm(rawValue: "ES512")
  package static let rs256 = JWSAlgorithm(rawValue: "RS256")
  package static let edDSA = JWSAlgorithm(rawValue: "EdDSA")
}

/// How a request says whose key signed it: exactly one of the two (RFC 8555 §6.2).
package enum KeyIdentification: Sendable {
  /// The account URL, byte for byte as the CA gave it.
  case kid(ACMEURL)
  /// The public key itself, where there is no account yet.
  case jwk
}

/// Layer 1: a JSON Web Signature in flattened serialization, the only form that ACME allows (RFC 8555 §6.2).
package struct JWS {
  /// POST-as-GET: a payload that is there and empty (RFC 8555 §6.3).
  package static let noPayload: [UInt8] = []

  /// The protected header, which `protected` is the base64url of.
  package let header: JSONObject
  /// What `payload` is the base64url of.
  package let content: [UInt8]
  package let protected: String
  package let payload: String
  /// What is signed (RFC 7515 §5.1).
  package let signingInput: String
  package let signature: String
  /// The public key that the signature is checked with; nil for a MAC.
  package let publicKey: PublicKey?

  /// Signs `payload` for `url`. Pure but for the signer: same input, same signing input.
  package init(
    payload: [UInt8], url: ACMEURL, nonce: Nonce?, key: KeyIdentification, signer: Signer
  ) throws {
    var header: JSONObject = ["alg": .string(signer.algorithm.rawValue), "url": .string(url.text)]
    header["nonce"] = nonce.map { .string($0.text) }
    switch key {
    case .kid(let account): header["kid"] = .string(account.text)
    case .jwk: header["jwk"] = .object(signer.jwk.object)
    }
    try self.init(header: header, payload: payload, publicKey: signer.publicKey, sign: signer.sign)
  }

  /// A JWS over a key with a MAC that the CA handed out: the external account binding (RFC 8555 §7.3.4).
  /// No nonce, and `kid` is the CA's name for the MAC key.
  package init(
    externalAccount kid: String, algorithm: MACAlgorithm, macKey: SecretBytes, jwk: JWK, url: ACMEURL
  ) throws {
    let header: JSONObject = ["alg": .string(algorithm.rawValue), "kid": .string(kid), "url": .string(url.text)]
    try self.init(header: header, payload: Array(jwk.object.text.utf8), publicKey: nil) {
      try algorithm.authenticationCode(of: $0, key: macKey)
    }
  }

  /// What a new key signs so that it takes over from an old one (RFC 8555 §7.3.5): the payload of the request that the
  /// old key signs.
  package init(keyChangeOf account: ACMEURL, from oldKey: JWK, to new: Signer, url: ACMEURL) throws {
    let payload: JSONObject = ["account": .string(account.text), "oldKey": .object(oldKey.object)]
    try self.init(payload: Array(payload.text.utf8), url: url, nonce: nil, key: .jwk, signer: new)
  }

  init(header: JSONObject, payload: [UInt8], publicKey: PublicKey?, sign: ([UInt8]) throws -> [UInt8]) throws {
    self.header = header
    content = payload
    self.publicKey = publicKey
    protected = Base64URL.encode(header.text.utf8)
    self.payload = Base64URL.encode(payload)
    signingInput = "\(protected).\(self.payload)"
    signature = Base64URL.encode(try sign(Array(signingInput.utf8)))
  }

  package var object: JSONObject {
    ["payload": .string(payload), "protected": .string(protected), "signature": .string(signature)]
  }
}
