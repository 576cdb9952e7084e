import Testing

@testable import ACMECore

/// What is shown by tls-alpn-01 (RFC 8737 §3).
@Suite struct ValidationCertificateTests {
  private func keyAuthorization(_ letter: String) throws -> KeyAuthorization {
    KeyAuthorization(token: try Token(String(repeating: letter, count: 43)), thumbprint: "thumbprint")
  }

  @Test(arguments: ["example.org", "192.0.2.1", "2001:db8::1"]) func `its own is right, and no other`(name: String)
    throws
  {
    let identifier = try Identifier(typed: name)
    let made = try ValidationCertificate(for: identifier, keyAuthorization: keyAuthorization("a").text)
    #expect(try ValidationCertificate.fault(in: made.certificate, for: identifier, keyAuthorization("a")) == nil)
    #expect(
      try ValidationCertificate.fault(in: made.certificate, for: identifier, keyAuthorization("b"))
        == "shows a validation certificate with another proof")
    #expect(
      try ValidationCertificate.fault(
        in: made.certificate, for: Identifier(typed: "example.net"), keyAuthorization("a"))
        == "shows a validation certificate for \(identifier)")
  }

  @Test func `nonsense is none`() throws {
    #expect(
      try ValidationCertificate.fault(in: [0x30, 0x00], for: Identifier(typed: "example.org"), keyAuthorization("a"))
        == "shows a certificate that can't be read")
  }
}
