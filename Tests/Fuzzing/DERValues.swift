@testable import ACMECore

let derParsers = [
  Parser("certificate request") { bytes in
    let request = try CertificateRequest(der: bytes)
    let again = try? CertificateRequest(Array(request.pem.utf8))
    expect(again?.identifiers == request.identifiers, "a request changes as PEM")
  },
  Parser("certificate") { bytes in
    let certificate = try Certificate(der: bytes)
    _ = try? certificate.identifiers
    _ = try? certificate.lifetime
    _ = certificate.subject
    _ = try? certificate.alternativeNames
    _ = try? certificate.pem
    _ = try? certificate.publicKeyInfo
    _ = (certificate.issuer, certificate.issuerOrganizations, certificate.isSelfSigned)
    _ = certificate.authorityKeyIdentifier
  },
  Parser("what a signature of a request is made of") { bytes in
    try CertificationRequestInfo.check(bytes, isOf: PublicKey(.fixed))
  },
  Parser("private key") { _ = PrivateKey.isOne(der: SecretBytes($0)) },
]

extension JWK {
  /// RFC 8037 A.2.
  static let fixed = JWK(.ed25519((try? Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")) ?? []))
}
