@testable import ACMECore

let keyParsers = [
  Parser("private key in PEM") { bytes in
    let key = try PrivateKey(pem: SecretBytes(bytes)) { SecretBytes("passphrase".utf8) }
    let again = try? PrivateKey(pem: key.pem()) { SecretBytes() }
    expect(again?.publicKey == key.publicKey, "a private key changes")
  },
  Parser("public key in PEM") { bytes in
    guard let key = try PublicKey(pem: SecretBytes(bytes)) else { return }
    let again = try? PublicKey(pem: SecretBytes(key.pem.utf8))
    expect(again == key, "a public key changes")
  },
  Parser("private JWK") { bytes in
    let key = try PrivateKey(jwk: SecretBytes(bytes))
    let again = try? PrivateKey(pem: key.pem()) { SecretBytes() }
    expect(again?.publicKey == key.publicKey, "a private JWK changes")
  },
  Parser("what is to be signed") { bytes in
    _ = try SigningInput(bytes, for: Signer(publicKey: PublicKey(.fixed)) { _, _ in [] })
  },
]
