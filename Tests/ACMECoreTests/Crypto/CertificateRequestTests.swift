import Testing

@testable import ACMECore

@Suite struct CertificateRequestTests {
  private let names: [Identifier]
  private let key: PrivateKey

  init() throws {
    names = try ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1"].map { try Identifier(typed: $0) }
    key = try PrivateKey.generate(.p256)
  }

  @Test(arguments: KeyType.allCases)
  func `a made request is read again, by any key`(_ type: KeyType) throws {
    let key = try PrivateKey.generate(type)
    let request = try CertificateRequest(for: names, signer: key.signer)
    #expect(request.identifiers == names)
    #expect(request.publicKey == key.publicKey)
    #expect(try CertificateRequest(Array(request.pem.utf8)) == request)
    #expect(try CertificateRequest(request.der) == request)
  }

  @Test func `either label, any line ends and text around it are read`() throws {
    let request = try CertificateRequest(for: names, signer: key.signer)
    let pem = try request.pem
    let forms = [
      pem.split(separator: "\n").joined(separator: "\r\n"), pem.split(separator: "\n").joined(separator: "\r"),
      "some words\n\(pem)\nmore words",
      pem.split(separator: "\n").map {
        $0.hasPrefix("-----") ? $0.replacing("CERTIFICATE", with: "NEW CERTIFICATE") : $0
      }
      .joined(separator: "\n"),
    ]
    for form in forms { #expect(try CertificateRequest(Array(form.utf8)) == request) }
  }

  @Test func `two requests, a cut one and a changed one are refused`() throws {
    let pem = try CertificateRequest(for: names, signer: key.signer).pem
    #expect(throws: Malformed("there is more than one certificate request")) {
      try CertificateRequest(Array((pem + pem).utf8))
    }
    #expect(throws: Malformed.self) { try CertificateRequest(Array(pem.utf8.dropLast(40))) }
    var der = try CertificateRequest(for: names, signer: key.signer).der
    der[der.count - 1] ^= 1
    #expect(throws: Malformed.self) { try CertificateRequest(der) }
    #expect(throws: Malformed.self) { try CertificateRequest(der: der + [0]) }
  }

  @Test func `a common name is one of the names, not one more`() throws {
    let request = try CertificateRequest(for: names, signer: key.signer, commonName: names[0])
    #expect(request.identifiers == names)
    let long = try Identifier(typed: String(repeating: "a", count: 60) + ".example")
    #expect(throws: Malformed.self) { try CertificateRequest(for: [long], signer: key.signer, commonName: long) }
  }

  @Test func `a request without a name is refused`() throws {
    #expect(throws: Malformed.self) { try CertificateRequest(for: [], signer: key.signer) }
  }

  /// openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=x
  @Test func `a request without any extension is refused too`() {
    let pem = """
      -----BEGIN CERTIFICATE REQUEST-----
      MIHGMG4CAQAwDDEKMAgGA1UECgwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
      BGKZQvBkz6OFooZAq8rMwPWpDl3WwYG4mCDhULIi8vtRJWyJWreKn9j3LlPfGR7X
      t6+9+PBSQ7LSPK8ISuixZ72gADAKBggqhkjOPQQDAgNIADBFAiEAxXCJfTl0Hjyr
      PCpuXR6Gv2oGICHlfzrZ2yTDtcs+ytsCICsrK5HRHvoxOkGHob3HJ0Acd4ELgkrq
      puIA0p1Vxo3H
      -----END CERTIFICATE REQUEST-----

      """
    #expect(throws: Malformed("the certificate request names no DNS name or IP address")) {
      try CertificateRequest(Array(pem.utf8))
    }
  }
}
