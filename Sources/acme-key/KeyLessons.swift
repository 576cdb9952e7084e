import ACMECore
import ACMETool

extension Lesson {
  /// - Parameter file: where it is going; nil for stdout.
  static func newKey(_ jwk: JWK, file: Path?, isEncrypted: Bool) -> Lesson {
    var lesson = Lesson(
      "a new private key",
      [
        .text(
          "It is \(jwk.kind), made of the system's random numbers. Nobody else has it, and if it is lost nobody can "
            + "make it again."),
        .item("secret", jwk.secretPart),
        .item("public", jwk.publicPart),
        .text(JSON.object(jwk.object).short),
        .text(
          "The secret part signs, the public part checks. To work the secret part out of the public one would take "
            + "longer than anybody lives."),
      ])
    lesson.add(written(file, isEncrypted))
    if let file, !isEncrypted {
      lesson.add(
        .text("Its public part, once it is written:"),
        .command("openssl pkey -in \(Shell.quoted(file)) -noout -text_pub"))
    }
    return lesson
  }

  static func importedKey(_ jwk: JWK, file: Path?, isEncrypted: Bool) -> Lesson {
    var lesson = Lesson(
      "the same key in another form (RFC 7517, section 4; RFC 7518, section 6)",
      [
        .text("The JSON Web Key is \(jwk.kind). Its member d is the secret part, as PEM holds it too."),
        .text(
          "Nothing is made anew: the thumbprint stays \(jwk.thumbprint), and so a CA knows the account of this key "
            + "again."),
      ])
    lesson.add(written(file, isEncrypted))
    return lesson
  }

  private static func written(_ file: Path?, _ isEncrypted: Bool) -> [Part] {
    let form = "It is written as PKCS#8 in PEM (RFC 5958; RFC 7468, section \(isEncrypted ? "11" : "10"))"
    let protection =
      isEncrypted
      ? ", encrypted with AES-256 and a key that PBKDF2 works out from the passphrase in "
        + "\(PrivateKey.derivationRounds) rounds, so that guesses are dear (RFC 8018)"
      : ", not encrypted: who can read it has it"
    let place =
      file.map { "\($0). A new file gets the mode 0600, so that only its owner can read it" }
      ?? "stdout. Let it go to no file that others can read"
    return [.text("\(form)\(protection)."), .text("It goes to \(place).")]
  }

  static func publicKey(_ key: PublicKey) -> Lesson {
    Lesson(
      "the public key (RFC 7468, section 13; RFC 5280, section 4.1.2.7)",
      [
        .text(
          "It is \(key.jwk.kind): \(key.jwk.publicPart). In PEM it says first which kind of key it is, then the key "
            + "itself. It is no secret. openssl reads it so:"),
        .command("\(Shell.print(key.info)) | openssl pkey -pubin -inform DER -noout -text"),
      ])
  }

  static func jsonWebKey(_ jwk: JWK) -> Lesson {
    Lesson(
      "the public key as a JSON Web Key (RFC 7517; \(jwk.section))",
      [.text("It is \(jwk.kind). In this form a JWS brings it to the CA. Its members:")]
        + jwk.members.map { .item($0, $1) }
        + [.text("There is no d: that would be the secret part.")])
  }

  static func thumbprint(_ jwk: JWK) -> Lesson {
    Lesson(
      "the thumbprint of the key (RFC 7638, section 3)",
      [
        .text("A short name for a public key: all who work it out get the same, and no other key has it."),
        .text("It is made of those members of the JSON Web Key that say which key it is, sorted, without blanks:"),
        .text(JSON.object(jwk.object).short),
        .text("SHA-256 over that, in base64url. By hand, in bash:"),
        .command(
          "\(Shell.print(jwk.object.text)) | openssl dgst -sha256 -binary | \(Shell.base64URL)"),
        .text(
          "A proof for a CA is made of a token and this (RFC 8555, section 8.1), so that it is good for this key alone."
        ),
      ])
  }

  static func signing(_ input: SigningInput) -> Lesson {
    var lesson = Lesson(
      "a signature for somebody who hasn't got the key (RFC 7515, section 5.1; RFC 8555, section 6.2)",
      [
        .text(
          "What is to be signed is base64url(header) \".\" base64url(payload) of a request to a CA. It is taken apart "
            + "first, for the key shall sign nothing else:"),
        .item("url", "\(input.url), the only place where the signature is good"),
        .item(
          "nonce",
          input.nonce.map { "\($0.text), so that it is good once" }
            ?? "none: the inner part of a key change, which the outer one protects (RFC 8555, section 7.3.5)"),
        .item("payload", input.payload.map { JSON.object($0).short } ?? "empty: the request only fetches"),
      ])
    lesson.add(.text("Only the signature goes back. The key stays where it is."))
    return lesson
  }

  static var signingRequestInfo: Lesson {
    Lesson(
      "a signature for a certificate request (RFC 2986, section 4.2)",
      [
        .text(
          "What is to be signed holds the names and the public key, which has to be this key's own. The signature shows "
            + "the CA that whoever asks has the private one."),
        .text("Only the signature goes back. The key stays where it is."),
      ])
  }
}

extension JWK {
  fileprivate var section: String {
    switch material {
    case .ellipticCurve: "RFC 7518, section 6.2"
    case .rsa: "RFC 7518, section 6.3"
    case .ed25519: "RFC 8037, section 2"
    }
  }

  fileprivate var secretPart: String {
    switch material {
    case .ellipticCurve: "a number, which is never shown"
    case .rsa: "two prime numbers, which are never shown"
    case .ed25519: "32 octets, which are never shown"
    }
  }

  fileprivate var publicPart: String {
    switch material {
    case .ellipticCurve: "a point of the curve, with the coordinates x and y"
    case .rsa: "the product n of the two, and an exponent e"
    case .ed25519: "a point x of its curve"
    }
  }

  fileprivate var members: [(String, String)] {
    switch material {
    case .ellipticCurve(let curve, _, _):
      [
        ("kty", "the kind of key, EC: elliptic curve"), ("crv", "the curve, \(curve.rawValue)"),
        ("x, y", "the coordinates of the point, each \(curve.coordinateLength) octets in base64url"),
      ]
    case .rsa(let modulus, _):
      [
        ("kty", "the kind of key"), ("n", "the product of two secret primes, \(modulus.count) octets in base64url"),
        ("e", "the public exponent; AQAB is 65537"),
      ]
    case .ed25519:
      [
        ("kty", "the kind of key, OKP: octet key pair"), ("crv", "the curve, Ed25519"),
        ("x", "the public key, 32 octets in base64url"),
      ]
    }
  }
}
