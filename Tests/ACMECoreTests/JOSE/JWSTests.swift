import Testing

@testable import ACMECore

@Suite struct JWSTests {
  static let account = "https://example.com/acme/acct/evOfKhNU60wg"

  /// HS256, printf '%s' "$protected.$payload" | openssl dgst -sha256 -mac HMAC -macopt hexkey:…
  @Test func `the MAC of RFC 7515 A.1`() throws {
    let signature = try MACAlgorithm.hs256.authenticationCode(
      of: Array("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(Base64URL.encode(PublishedKeys.payload.utf8))".utf8),
      key: Base64URL.decode(secret: PublishedKeys.macKey.utf8))
    #expect(Base64URL.encode(signature) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
  }

  @Test func `the RS256 signature of RFC 7515 A.2`() throws {
    let signer = try PublishedKeys.rfc7515A2.privateKey.signer
    let input = "eyJhbGciOiJSUzI1NiJ9.\(Base64URL.encode(PublishedKeys.payload.utf8))"
    #expect(signer.algorithm == .rs256)
    #expect(
      Base64URL.encode(try signer.sign(Array(input.utf8))) == """
        cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
        """)
  }

  @Test func `the EdDSA signature of RFC 8037 A.4`() throws {
    let signer = try PublishedKeys.rfc8037.privateKey.signer
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    #expect(signer.algorithm == .edDSA)
    #expect(
      Base64URL.encode(try signer.sign(Array(input.utf8)))
        == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
  }

  @Test(arguments: [
    (PublishedKeys.rfc7515A3, "ES256", 64), (PublishedKeys.rfc7515A4, "ES512", 132),
    (PublishedKeys.zeroX, "ES256", 64),
  ])
  func `an ECDSA signature has R and S in full width`(_ key: PublishedKeys.Key, _ algorithm: String, _ length: Int)
    throws
  {
    let signer = try key.privateKey.signer
    #expect(signer.algorithm.rawValue == algorithm)
    // One in 256 has a leading zero octet in R or S.
    for number in 0..<300 { #expect(try signer.sign(Array("\(number)".utf8)).count == length) }
  }

  @Test func `POST-as-GET for an order, to the byte`() throws {
    let jws = try JWS(
      payload: JWS.noPayload, url: ACMEURL("https://example.com/acme/order/TOlocE8rfgo"),
      nonce: Nonce("uQpSjlRb4vQVCjVYAyyUWg"), key: .kid(ACMEURL(Self.account)),
      signer: PublishedKeys.rfc8037.privateKey.signer)
    #expect(
      jws.object.text == """
        {"payload":"","protected":"eyJhbGciOiJFZERTQSIsImtpZCI6Imh0dHBzOi8vZXhhbXBsZS5jb20vYWNtZS9hY2N0L2V2T2ZLaE5VNjB3ZyIsIm5vbmNlIjoidVFwU2psUmI0dlFWQ2pWWUF5eVVXZyIsInVybCI6Imh0dHBzOi8vZXhhbXBsZS5jb20vYWNtZS9vcmRlci9UT2xvY0U4cmZnbyJ9","signature":"cTd1UqTf4yrhUbVhQZ3HefgzO49Ec8e2MBxHmXB1kVoVRqHj9-2-n2K6eTw-mFjO9EL0KE7D-6g_FJ3q9VzXAA"}
        """)
  }

  @Test func `the answer to a challenge`() throws {
    let jws = try JWS(
      payload: Array("{}".utf8), url: ACMEURL("https://example.com/acme/chall/prV_B7yEyA4"),
      nonce: Nonce("Q_s3MWoqT05TrdkM2MTDcw"), key: .kid(ACMEURL(Self.account)),
      signer: PublishedKeys.rfc8037.privateKey.signer)
    #expect(jws.payload == "e30")
    #expect(jws.signature == "l97US-FUUJc5oxF883Hef8Jjg9PW_6vpfBuxOGlUjC26f93NXOR941Q6tUb0ODIHNAdEdecHn4IDac50gLWtDw")
  }

  @Test func `an external account binding has a kid and a url, and no nonce`() throws {
    let jws = try JWS(
      externalAccount: "kid-1", algorithm: .hs256, macKey: Base64URL.decode(secret: PublishedKeys.macKey.utf8),
      jwk: PublishedKeys.rfc8037.privateKey.publicKey.jwk, url: ACMEURL("https://example.com/acme/new-account"))
    #expect(
      jws.protected
        == "eyJhbGciOiJIUzI1NiIsImtpZCI6ImtpZC0xIiwidXJsIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9hY21lL25ldy1hY2NvdW50In0")
    #expect(
      jws.payload
        == "eyJjcnYiOiJFZDI1NTE5Iiwia3R5IjoiT0tQIiwieCI6IjExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UGFwaU1scndJYWFQY0hVUm8ifQ")
    #expect(jws.signature == "dm-i5c6T-35iDK3vEG5RTACIPPNM5e84Hr3JAf5y1yU")
  }

  @Test func `a key change's inner JWS has the new key and no nonce`() throws {
    let jws = try keyChange
    #expect(
      jws.protected
        == "eyJhbGciOiJFZERTQSIsImp3ayI6eyJjcnYiOiJFZDI1NTE5Iiwia3R5IjoiT0tQIiwieCI6IjExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UGFwaU1scndJYWFQY0hVUm8ifSwidXJsIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9hY21lL2tleS1jaGFuZ2UifQ"
    )
    #expect(jws.signature == "LdMdcXbq5WyWoCyAMRqbFh9tmbg7zaqHy5DuRUPvR2nGMx3zAsy-NeN8nUO-jRtihglbVM7hhokte7X8Bp2-Cg")
  }

  @Test func `the old key signs a key change around the inner one`() throws {
    let jws = try JWS(
      payload: Array(keyChange.object.text.utf8), url: ACMEURL("https://example.com/acme/key-change"),
      nonce: Nonce("S9XaOcxP5McpnTcWPIhYuB"), key: .kid(ACMEURL(Self.account)),
      signer: PublishedKeys.rfc7515A2.privateKey.signer)
    let header = try JSONObject(parsing: Base64URL.decode(jws.protected))
    #expect(header.members.map(\.name) == ["alg", "kid", "nonce", "url"])
    #expect(header["alg"] == "RS256")
    // RS256 and EdDSA sign the same in the same way.
    #expect(jws.signature.hasPrefix("HtGeisDVKyJvj0zmvMliZMRF"))
  }

  private var keyChange: JWS {
    get throws {
      try JWS(
        keyChangeOf: ACMEURL(Self.account), from: PublishedKeys.rfc7515A2.privateKey.publicKey.jwk,
        to: PublishedKeys.rfc8037.privateKey.signer, url: ACMEURL("https://example.com/acme/key-change"))
    }
  }
}
