import Testing

@testable import ACMECore

@Suite struct JWKTests {
  @Test(arguments: PublishedKeys.all)
  func `a private JWK becomes the key it says, and that the same public JWK`(_ key: PublishedKeys.Key) throws {
    let jwk = try key.privateKey.publicKey.jwk
    #expect(jwk.thumbprint == key.thumbprint)
    var expected = try key.object
    for name in ["d", "p", "q", "dp", "dq", "qi"] { expected[name] = nil }
    #expect(jwk.object == expected)
    #expect(try JWK(jwk.object) == jwk)
  }

  @Test(arguments: PublishedKeys.all)
  func `a public JWK becomes the public key that it says`(_ key: PublishedKeys.Key) throws {
    let publicKey = try key.privateKey.publicKey
    #expect(try PublicKey(publicKey.jwk) == publicKey)
  }

  @Test(arguments: KeyType.allCases)
  func `so does one of each type, and it checks signatures`(_ type: KeyType) throws {
    let signer = try PrivateKey.generate(type).signer
    let publicKey = try PublicKey(signer.jwk)
    #expect(publicKey == signer.publicKey)
    let input = Array("input".utf8)
    var signature = try signer.sign(input)
    #expect(try publicKey.verifies(signature, of: input))
    #expect(try !publicKey.verifies(signature, of: input + [0]))
    #expect(try !publicKey.verifies(signature + [0], of: input))
    #expect(try !publicKey.verifies([], of: input))
    signature[5] ^= 1
    #expect(try !publicKey.verifies(signature, of: input))
  }

  @Test func `a JWK that is no point of its curve, or too small, makes no public key`() throws {
    let sound = try PublishedKeys.rfc7515A3.privateKey.publicKey.jwk
    guard case .ellipticCurve(let curve, let x, let y) = sound.material else { return }
    for (x, y) in [(y, x), ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))] {
      #expect(throws: Malformed.self) { try PublicKey(JWK(.ellipticCurve(curve, x: x, y: y))) }
    }
    let small = [UInt8(0x80)] + [UInt8](repeating: 1, count: 127)
    #expect(throws: Malformed.self) { try PublicKey(JWK(.rsa(modulus: small, exponent: [1, 0, 1]))) }
  }

  @Test func `the thumbprint of RFC 7638 ignores what isn't required`() throws {
    let jwk = try JWK([
      "alg": "RS256", "e": "AQAB", "kid": "2011-04-29", "kty": "RSA",
      "n": """
      0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
      """,
    ])
    #expect(jwk.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  }

  @Test func `what is hashed for RFC 8037 A.3 is the JSON that it prints`() throws {
    let jwk = try PublishedKeys.rfc8037.privateKey.publicKey.jwk
    #expect(jwk.object.text == #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)
  }

  @Test(arguments: [
    #"{"kty":"EC","crv":"P-256","x":"VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg","y":"u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"}"#,
    #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#,
    #"{"kty":"OKP","crv":"Ed448","x":"AA"}"#,
    #"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
    #"{"kty":"RSA","n":"AKE","e":"AQAB"}"#,
    #"{"kty":"oct","k":"AA"}"#,
    #"{"kty":"EC","crv":"P-256"}"#,
    #"{}"#,
  ])
  func `a JWK that isn't as wide as its curve, or of another kind, is refused`(_ text: String) throws {
    let object = try JSONObject(parsing: Array(text.utf8))
    #expect(throws: Malformed.self) { try JWK(object) }
  }

  @Test func `an RSA key has a size that can be worked with, and an odd exponent from 3 on`() throws {
    func jwk(_ modulus: [UInt8], _ exponent: [UInt8]) throws -> JWK {
      try JWK([
        "e": .string(Base64URL.encode(exponent)), "kty": "RSA", "n": .string(Base64URL.encode(modulus)),
      ])
    }
    func odd(_ bits: Int) -> [UInt8] {
      [UInt8(1) << ((bits - 1) % 8)] + [UInt8](repeating: 0, count: (bits + 7) / 8 - 2) + [1]
    }
    #expect(throws: Never.self) { try jwk(odd(16384), [1, 0, 1]) }
    #expect(throws: Never.self) { try jwk(odd(2048), odd(64)) }
    let wrong: [([UInt8], [UInt8])] = [
      (odd(16385), [1, 0, 1]), (odd(67000), [1, 0, 1]), (odd(2048), odd(65)), (odd(2048), odd(2048)),
      (odd(2048), [1]), (odd(2048), [2]), (odd(2048).dropLast() + [2], [1, 0, 1]),
    ]
    for (modulus, exponent) in wrong {
      #expect(throws: Malformed.self) { try jwk(modulus, exponent) }
    }
  }

  @Test(arguments: ["d", "p", "q", "dp", "dq", "qi"])
  func `each private number of an RSA key belongs to the others`(_ member: String) throws {
    let sound = try PublishedKeys.rfc7515A2.object
    let number = try Base64URL.decode(sound.requiredString(member))
    let numbers: [[UInt8]] = [[], [0], [1], number.dropLast() + [2], [UInt8](repeating: 0xFF, count: 9000)]
    for wrong in numbers {
      var object = sound
      object[member] = .string(Base64URL.encode(wrong))
      #expect(throws: Malformed.self) { try PrivateKey(jwk: SecretBytes(object.text.utf8)) }
    }
  }

  @Test func `the numbers of a key on a curve are in its range`() throws {
    let sound = try PublishedKeys.rfc7515A3.object
    let order = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"
    for (member, value) in [
      ("d", String(repeating: "A", count: 43)), ("d", order), ("d", String(repeating: "_", count: 42) + "8"),
      ("d", "AQ"), ("x", String(repeating: "A", count: 43)), ("y", String(repeating: "_", count: 42) + "8"),
    ] {
      var object = sound
      object[member] = .string(value)
      #expect(throws: Malformed.self) { try PrivateKey(jwk: SecretBytes(object.text.utf8)) }
    }
    var infinity = sound
    for member in ["x", "y"] { infinity[member] = .string(String(repeating: "A", count: 43)) }
    #expect(throws: Malformed.self) { try PrivateKey(jwk: SecretBytes(infinity.text.utf8)) }
  }

  @Test func `a private key that isn't that of the public one is refused`() throws {
    var object = try PublishedKeys.rfc7515A3.object
    object["d"] = try PublishedKeys.zeroX.object["d"]
    #expect(throws: Malformed.self) { try PrivateKey(jwk: SecretBytes(object.text.utf8)) }
    var edwards = try PublishedKeys.rfc8037.object
    edwards["x"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    #expect(throws: Malformed.self) { try PrivateKey(jwk: SecretBytes(edwards.text.utf8)) }
  }
}
