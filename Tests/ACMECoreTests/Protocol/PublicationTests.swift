import Testing

@testable import ACMECore

/// What is to be published for the challenge types of the drafts, with the drafts' own examples.
@Suite struct PublicationTests {
  private func applicant(
    _ account: String = "https://ca.example/acct/123", meta: String = "{}"
  ) throws -> Applicant {
    Applicant(
      thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", accountURL: try ACMEURL(account),
      directory: try Directory(Samples.object(#"{"meta":\#(meta)}"#)))
  }

  private func publication(
    _ type: String, _ members: String, for name: String = "example.com", of applicant: Applicant
  ) throws -> Publication {
    let challenge = try Challenge(
      .object(Samples.object(#"{"type":"\#(type)","url":"https://ca.example/c/1",\#(members)}"#)))
    return try Publication(challenge, identifier: Identifier(typed: name), of: applicant)
  }

  @Test(arguments: [
    ("https://example.com/acme/acct/ExampleAccount", "_ujmmovf2vn55tgye"),
    ("https://acme-v02.api.letsencrypt.org/acme/acct/1234567890", "_rhuccyogo34zlvsj"),
    ("https://ca.example/acct/123", "_h5zlfqoi7m5jaytl"),
  ])
  func `an account's record has a name of its own`(_ account: String, _ label: String) throws {
    #expect(try applicant(account).dnsLabel == label)
    let token = #""token":"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0""#
    for name in ["example.org", "*.example.org"] {
      #expect(
        try publication("dns-account-01", token, for: name, of: applicant(account)).line
          == "\(label)._acme-challenge.example.org TXT _cC5rvB9vM8qzT3MTBcTeVpQwtbNypBXyQnE4fhM9QQ")
    }
    #expect(throws: Malformed.self) {
      try publication("dns-account-01", token, for: "192.0.2.1", of: applicant(account))
    }
  }

  private let first = #""issuer-domain-names":["authority.example","ca.example"]"#
  private let second = #""issuerDomainNames":["authority.example","ca.example"]"#
  private let hashing = #"{"accountHashPrefix":"https://ca.example/account-hash/"}"#

  @Test func `a standing record names the account by its URL`() throws {
    #expect(
      try publication("dns-persist-01", first, of: applicant()).line
        == "_validation-persist.example.com TXT authority.example; accounturi=https://ca.example/acct/123")
    #expect(
      try publication("dns-persist-01", first, for: "*.example.com", of: applicant()).line
        == "_validation-persist.example.com TXT authority.example; accounturi=https://ca.example/acct/123; policy=wildcard"
    )
  }

  @Test func `a standing record names the account as the CA wants it`() throws {
    #expect(
      try publication("dns-persist-01", #""accounturi":"urn:a:1","# + first, of: applicant(meta: hashing)).line
        == "_validation-persist.example.com TXT authority.example; accounturi=urn:a:1")
  }

  @Test func `a standing record hides the account in a digest where that is how the CA has it`() throws {
    let value =
      "accounturi=https://ca.example/account-hash/sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
    #expect(
      try publication("dns-persist-01", second, of: applicant(meta: hashing)).line
        == "_validation-persist.example.com TXT authority.example; \(value)")
    let plain = try publication("dns-persist-01", second, of: applicant()).line
    #expect(plain.hasSuffix("; accounturi=https://ca.example/acct/123"))
    let told = try publication("dns-persist-01", #""accounturi":"urn:a:1","# + second, of: applicant(meta: hashing))
      .line
    #expect(told.hasSuffix("; accounturi=urn:a:1"))
  }

  @Test(arguments: [
    (#"{"accountHashPrefix":"https://h/","issuerDomainNames":["ca.example"]}"#, "ca.example"),
    (#"{"accountHashPrefix":"https://h/","issuerDomainNames":["other.example"]}"#, nil),
    (#"{"accountHashPrefix":"https://h/","caaIdentities":["CA.example.","authority.example"]}"#, "authority.example"),
    (#"{"accountHashPrefix":"https://h/","caaIdentities":["authority.example"]}"#, nil),
    (#"{"accountHashPrefix":"https://h/;x"}"#, nil), (#"{"accountHashPrefix":"h \u0007"}"#, nil),
  ])
  func `an issuer is one that the CA announces`(_ meta: String, _ issuer: String?) throws {
    let applicant = try applicant(meta: meta)
    let line = try? publication("dns-persist-01", second, of: applicant).line
    #expect(line?.split(separator: " ")[2] == issuer.map { "\($0);" })
  }

  @Test(arguments: [
    #""x":1"#, #""issuer-domain-names":[]"#, #""issuer-domain-names":"ca.example""#, #""issuer-domain-names":[1]"#,
    #""issuer-domain-names":["CA.example"]"#, #""issuer-domain-names":["ca.example."]"#,
    #""issuer-domain-names":["cä.example"]"#, #""issuer-domain-names":["ca.example; policy=wildcard"]"#,
    #""issuer-domain-names":["ok.example",""]"#,
    #""issuer-domain-names":["\#(Array(repeating: "a", count: 127).joined(separator: ".") + "a")"]"#,
    #""issuer-domain-names":[\#(Array(repeating: #""ca.example""#, count: 11).joined(separator: ","))]"#,
    #""issuer-domain-names":["ca.example"],"accounturi":"a;policy=wildcard""#,
    #""issuer-domain-names":["ca.example"],"accounturi":"a b""#,
    #""issuer-domain-names":["ca.example"],"accounturi":"urn:a\"b""#,
    #""issuer-domain-names":["ca.example"],"accounturi":"urn:a\\b""#,
    #""issuer-domain-names":["ca.example"],"accounturi":"urn:\#(String(repeating: "a", count: 5000))""#,
    #""issuer-domain-names":["ca.example"],"accounturi":"""#, #""issuer-domain-names":["ca.example"],"accounturi":7"#,
  ])
  func `a challenge that names no issuer rightly can't be met`(_ members: String) throws {
    let applicant = try applicant()
    #expect(throws: Malformed.self) { try publication("dns-persist-01", members, of: applicant) }
  }

  @Test func `no DNS holds a record of too long a name`() throws {
    let name = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
    let token = #""token":"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0""#
    let applicant = try applicant()
    #expect(throws: Malformed.self) { try publication("dns-01", token, for: name, of: applicant) }
    #expect(throws: Malformed.self) { try publication("dns-account-01", token, for: name, of: applicant) }
    #expect(throws: Malformed.self) { try publication("dns-persist-01", first, for: name, of: applicant) }
    #expect(throws: Never.self) { try publication("dns-01", token, for: String(name.dropFirst(10)), of: applicant) }
    #expect(throws: Never.self) { try publication("http-01", token, for: name, of: applicant) }
  }
}
