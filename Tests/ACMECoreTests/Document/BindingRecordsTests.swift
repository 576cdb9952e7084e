import Testing

@testable import ACMECore

/// Digests, addresses and record names are those of the drafts' own examples.
@Suite struct BindingRecordsTests {
  private func account(_ meta: String, url: String = "https://ca.example/acct/123") throws -> AccountDocument {
    var ca = try Samples.ca()
    var raw = ca.endpoints.raw
    raw["meta"] = .object(try Samples.object(meta))
    ca.endpoints = Directory(raw)
    return AccountDocument(
      ca: ca, url: try ACMEURL(url), jwk: try PublishedKeys.rfc7515A3.privateKey.publicKey.jwk,
      account: try Account(Samples.object(#"{"status":"valid"}"#)))
  }

  private let identities = #"{"caaIdentities":["ca.example","other.example"]}"#

  @Test(arguments: [
    ("example.org", [], "example.org. IN CAA 0 issue \"ca.example; accounturi=https://ca.example/acct/123\""),
    ("*.Example.org", [], "example.org. IN CAA 0 issuewild \"ca.example; accounturi=https://ca.example/acct/123\""),
    (
      "example.org", ["http-01", "dns-01"],
      "example.org. IN CAA 0 issue \"ca.example; accounturi=https://ca.example/acct/123; validationmethods=http-01,dns-01\""
    ),
  ])
  func `a CAA record binds a name to the account`(_ name: String, _ methods: [String], _ line: String) throws {
    let lines = try account(identities).caaRecords(
      for: Identifier(typed: name), by: methods.map(Challenge.Kind.init(rawValue:)))
    #expect(lines == [line, line.replacing("ca.example;", with: "other.example;")])
  }

  @Test func `what can have no CAA record is refused`() throws {
    #expect(throws: Failure.self) { try account(identities).caaRecords(for: Identifier(typed: "192.0.2.1"), by: []) }
    #expect(throws: Failure.self) { try account("{}").caaRecords(for: Identifier(typed: "example.org"), by: []) }
    #expect(throws: Failure.self) {
      try account(identities, url: "https://ca.example/a;policy=x").caaRecords(
        for: Identifier(typed: "example.org"), by: [])
    }
  }

  @Test(arguments: [
    (#"{"caaIdentities":["ca.example"]}"#, "ca.example; accounturi=https://ca.example/acct/123"),
    (
      #"{"caaIdentities":["ca.example"],"issuerDomainNames":["authority.example","ca.example"]}"#,
      "authority.example; accounturi=https://ca.example/acct/123"
    ),
  ])
  func `a standing record is told by the directory`(_ meta: String, _ value: String) throws {
    let account = try account(meta)
    #expect(
      try account.standingRecord(for: Identifier(typed: "example.com"))
        == "_validation-persist.example.com. IN TXT \"\(value)\"")
    #expect(
      try account.standingRecord(for: Identifier(typed: "*.example.com"))
        == "_validation-persist.example.com. IN TXT \"\(value); policy=wildcard\"")
  }

  @Test func `a standing record hides the account where the directory says how`() throws {
    let record = try account(#"{"issuerDomainNames":["a.example"],"accountHashPrefix":"https://ca.example/h/"}"#)
      .standingRecord(for: Identifier(typed: "example.com"))
    #expect(record.contains("\"a.example; accounturi=https://ca.example/h/sha-256/"))
    #expect(!record.contains("acct/123"))
  }

  @Test func `a long record is several strings`() throws {
    let url = "https://ca.example/" + String(repeating: "a", count: 400)
    let record = try account(identities, url: url).standingRecord(for: Identifier(typed: "example.com"))
    let strings = record.split(separator: "\"").filter { $0 != " " }.dropFirst()
    #expect(strings.map(\.count) == [255, 187])
    #expect(strings.joined() == "ca.example; accounturi=\(url)")
  }

  @Test(arguments: [#"https://ca.example/\"\\x/"#, "http://ca.example/", "https://ca.example/\\u0007", "", "sha-256 "])
  func `a prefix that makes no URL breaks the protocol`(_ prefix: String) throws {
    let account = try account(#"{"issuerDomainNames":["a.example"],"accountHashPrefix":"\#(prefix)"}"#)
    let failure = try #require(throws: Failure.self) {
      try account.standingRecord(for: Identifier(typed: "example.com"))
    }
    #expect(failure.status == .protocolBroken)
  }

  @Test func `a name may be too long for a label before it`() throws {
    let name = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
    let account = try account(identities)
    #expect(try !account.caaRecords(for: Identifier(typed: name), by: []).isEmpty)
    let failure = try #require(throws: Failure.self) { try account.standingRecord(for: Identifier(typed: name)) }
    #expect(failure.status == .input)
    #expect(try account.standingRecord(for: Identifier(typed: String(name.dropFirst(10)))).hasPrefix("_validation-"))
  }

  @Test func `a name by which the CA goes counts once`() throws {
    let records = try account(#"{"caaIdentities":["ca.example","ca.example","CA.example"]}"#)
      .caaRecords(for: Identifier(typed: "example.org"), by: [])
    #expect(records.count == 1)
  }

  @Test func `a CA that names no issuer has no record`() throws {
    #expect(throws: Failure.self) { try account("{}").standingRecord(for: Identifier(typed: "example.com")) }
  }
}
