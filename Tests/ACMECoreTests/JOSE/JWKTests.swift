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

  @Test func `a private key that isn't that of the public one is refused`() throws {
    var object = try PublishedKeys.rfc7515A3.object
    object["d"] = try PublishedKeys.zeroX.object["d"]
    #expect(throws: Malformed.self) { try PrivateKey(jwk: object) }
    var edwards = try PublishedKeys.rfc8037.object
    edwards["x"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    #expect(throws: Malformed.self) { try PrivateKey(jwk: edwards) }
  }
}
