import Testing

@testable import ACMECore

@Suite struct PrivateKeyTests {
  private static func noPassphrase() throws -> SecretBytes { throw Malformed("a passphrase was asked for") }

  @Test(arguments: KeyType.allCases)
  func `a made key is read again`(_ type: KeyType) throws {
    let key = try PrivateKey.generate(type)
    let again = try PrivateKey(pem: key.pem(), passphrase: Self.noPassphrase)
    #expect(again.publicKey == key.publicKey)
    #expect(String(decoding: try key.pem(), as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
  }

  @Test func `a signature's numbers are as short as DER has them, and never negative`() throws {
    let halves = [UInt8](repeating: 0, count: 31) + [0x80] + [UInt8](repeating: 0, count: 30) + [0x7F, 0xFF]
    let jwk = try PublishedKeys.rfc7515A3.privateKey.publicKey.jwk
    #expect(jwk.plainSignature(halves) == [0x30, 8, 0x02, 2, 0x00, 0x80, 0x02, 2, 0x7F, 0xFF])
  }

  @Test func `two made keys are two`() throws {
    #expect(try PrivateKey.generate(.p256).publicKey != PrivateKey.generate(.p256).publicKey)
  }

  @Test func `an encrypted key needs its passphrase, and only that`() throws {
    let key = try PrivateKey.generate(.p256)
    let pem = try key.pem(passphrase: SecretBytes("right".utf8))
    #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
    #expect(try PrivateKey(pem: pem) { SecretBytes("right".utf8) }.publicKey == key.publicKey)
    #expect(throws: Malformed("the passphrase is wrong, or the encrypted key is damaged")) {
      try PrivateKey(pem: pem) { SecretBytes("wrong".utf8) }
    }
    #expect(throws: Malformed("the passphrase is wrong, or the encrypted key is damaged")) {
      try PrivateKey(pem: pem) { SecretBytes() }
    }
    #expect(throws: Malformed("a passphrase was asked for")) { try PrivateKey(pem: pem, passphrase: Self.noPassphrase) }
    #expect(throws: Malformed.self) {
      try PrivateKey(pem: pem) { SecretBytes(repeatElement(0x61, count: 100_000)) }
    }
  }

  @Test func `what is no private key is told from what is one`() throws {
    let key = try PrivateKey.generate(.p256)
    let publicPEM = SecretBytes(try key.publicKey.pem.utf8)
    #expect(throws: Malformed("a public key where a private key is needed")) {
      try PrivateKey(pem: publicPEM, passphrase: Self.noPassphrase)
    }
    #expect(try PublicKey(pem: publicPEM) == key.publicKey)
    #expect(try PublicKey(pem: key.pem()) == nil)
    for bytes: [UInt8] in [
      [], [0x89, 0x50, 0x4E, 0x47], Array("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8),
    ] {
      #expect(throws: Malformed.self) { try PrivateKey(pem: SecretBytes(bytes), passphrase: Self.noPassphrase) }
    }
  }

  /// openssl ecparam -genkey -name secp256k1 -noout
  @Test func `a curve that no JWS has is refused`() throws {
    let pem = """
      -----BEGIN EC PRIVATE KEY-----
      MHQCAQEEIMPsqCK3cWbZJAN1Ds4nBLxDm001IpnQqDcD7PEKeIAFoAcGBSuBBAAK
      oUQDQgAE2d1iJQjApLL2jSvP271FYpXI0AWHWtjdOIRml41cn2QJrhB9GoI2+oRs
      gJ+B7uM4kO2nXJWB8mTcEzWzmcYdog==
      -----END EC PRIVATE KEY-----

      """
    #expect(throws: Malformed("the key's curve isn't supported (P-256, P-384 or P-521)")) {
      try PrivateKey(pem: SecretBytes(pem.utf8), passphrase: Self.noPassphrase)
    }
  }
}
