import Testing

@testable import ACMECore

/// What records allow: RFC 8659 §4 and 5, RFC 8657 §3 to 5.
@Suite struct CAATests {
  private static let account = "https://ca.example/account/1"

  struct Record {
    let flags: UInt8
    let tag: String
    let value: String

    init(_ tag: String, _ value: String, flags: UInt8 = 0) {
      self.flags = flags
      self.tag = tag
      self.value = value
    }

    var data: [UInt8] { [flags, UInt8(tag.utf8.count)] + tag.utf8 + value.utf8 }
  }

  private func decision(
    _ records: [Record], issuers: [String]? = ["ca.example", "ca.test"], account: String? = Self.account,
    method: Challenge.Kind = .http01, isWildcard: Bool = false
  ) throws -> CAASet.Decision {
    try decision(data: records.map(\.data), issuers, account, method, isWildcard)
  }

  private func decision(
    data: [[UInt8]], _ issuers: [String]? = ["ca.example"], _ account: String? = nil,
    _ method: Challenge.Kind = .http01, _ isWildcard: Bool = false
  ) throws -> CAASet.Decision {
    CAASet(domain: "example.org", data: data).decision(
      on: CAARequest(
        issuers: issuers, account: try account.map { try ACMEURL($0) }, method: method, isWildcard: isWildcard))
  }

  static let allowed: [(what: String, records: [Record])] = [
    ("nothing about certificates for servers", [Record("iodef", "mailto:a@example.org")]),
    ("wildcards alone", [Record("issuewild", ";")]),
    ("the CA", [Record("issue", "ca.example")]),
    ("the CA by its other name", [Record("issue", "ca.test")]),
    ("the CA in upper case", [Record("ISSUE", "CA.Example")]),
    ("the CA, with blanks", [Record("issue", " \t ca.example \t; ")]),
    ("the CA beside another", [Record("issue", "other.example"), Record("issue", "ca.example")]),
    ("the CA beside nobody", [Record("issue", ";"), Record("issue", "ca.example")]),
    ("the CA beside nonsense", [Record("issue", "%%%"), Record("issue", "ca.example")]),
    ("parameters that are the CA's own", [Record("issue", "ca.example; policy=ev; a=")]),
    ("a strange tag that isn't critical", [Record("tbs", "Unknown"), Record("issue", "ca.example")]),
    ("critical tags that are known", ["issue", "iodef", "issuemail"].map { Record($0, "ca.example", flags: 128) }),
    ("our account", [Record("issue", "ca.example; accounturi=\(account)")]),
    (
      "our account beside another's",
      [
        Record("issue", "ca.example; accounturi=https://ca.example/account/2"),
        Record("issue", "ca.example; accounturi=\(account)"),
      ]
    ),
    ("our method", [Record("issue", "ca.example; validationmethods=dns-01,http-01")]),
    (
      "our method and account",
      [
        Record("issue", "ca.example; ValidationMethods=http-01; AccountURI=\(account)")
      ]
    ),
  ]

  @Test(arguments: allowed.map(\.what)) func `what is allowed`(what: String) throws {
    let records = try #require(Self.allowed.first { $0.what == what }).records
    #expect(try decision(records) == .allowed)
  }

  static let forbidden: [(records: [Record], reason: String)] = [
    ([Record("issue", ";")], "allow nobody"),
    ([Record("issue", "")], "allow nobody"),
    ([Record("issue", "; policy=ev")], "allow nobody"),
    ([Record("issue", "%%%")], "can't be read, and so allow nobody"),
    ([Record("issue", "ca.example; %%%")], "can't be read, and so allow nobody"),
    ([Record("issue", "-ca.example")], "can't be read, and so allow nobody"),
    ([Record("issue", "ca.example; a=b c")], "can't be read, and so allow nobody"),
    ([Record("issue", "other.example")], "allow other.example only, and the CA goes by ca.example, ca.test"),
    ([Record("issue", "sub.ca.example")], "allow sub.ca.example only, and the CA goes by ca.example, ca.test"),
    (
      [Record("tbs", "Unknown", flags: 128), Record("issue", "ca.example")],
      "have the critical tag tbs, which no CA may pass over that doesn't know it"
    ),
    (
      [Record("tbs", "Unknown", flags: 1)], "have the critical tag tbs, which no CA may pass over that doesn't know it"
    ),
    (
      [Record("issue", "ca.example; accounturi=\(account)/")],
      "bind ca.example to the account \(account)/, and this one is \(account)"
    ),
    (
      [Record("issue", "ca.example; accounturi=\(account); accounturi=\(account)")],
      "name several accounts for ca.example, which allows none"
    ),
    (
      [Record("issue", "ca.example; validationmethods=dns-01")], "allow ca.example the methods dns-01 only"
    ),
    ([Record("issue", "ca.example; validationmethods=")], "allow ca.example the methods  only"),
  ]

  @Test(arguments: ["contactemail", "contactphone", "issuevmc"])
  func `a critical tag that some CAs don't know`(tag: String) throws {
    #expect(
      try decision([Record("issue", "ca.example"), Record(tag, "a@example.org", flags: 128)])
        == .forbidden("have the critical tag \(tag), which no CA may pass over that doesn't know it"))
  }

  @Test(arguments: [[0, 5, 0x69], [0, 0], []] as [[UInt8]])
  func `what can't be read allows nothing`(data: [UInt8]) throws {
    let garbled = CAASet.Decision.forbidden("can't all be read, and no CA may issue that can't read them")
    #expect(try decision(data: [data]) == garbled)
    #expect(try decision(data: [data, Record("issue", "ca.example").data]) == garbled)
  }

  @Test(arguments: forbidden.indices) func `what is forbidden, and why`(index: Int) throws {
    let (records, reason) = Self.forbidden[index]
    #expect(try decision(records) == .forbidden(reason))
  }

  @Test func `wildcards have records of their own`() throws {
    let both = [Record("issue", "ca.example"), Record("issuewild", "other.example")]
    #expect(try decision(both) == .allowed)
    #expect(
      try decision(both, isWildcard: true)
        == .forbidden("allow wildcards to other.example only, and the CA goes by ca.example, ca.test"))
    // Without, those of names count.
    #expect(try decision([Record("issue", "ca.example")], isWildcard: true) == .allowed)
    #expect(try decision([Record("issue", ";")], isWildcard: true) == .forbidden("allow wildcards to nobody"))
    #expect(
      try decision([Record("issue", ";"), Record("issuewild", "ca.example")], isWildcard: true) == .allowed)
  }

  @Test func `what isn't known is said`() throws {
    let bound = [Record("issue", "ca.example; accounturi=https://ca.example/account/2")]
    #expect(try decision(bound, issuers: nil) == .unknown("allow ca.example only; whether that is the CA isn't known"))
    #expect(try decision(bound, issuers: []) == .unknown("allow ca.example only; whether that is the CA isn't known"))
    // Nobody is nobody.
    #expect(try decision([Record("issue", ";")], issuers: nil) == .forbidden("allow nobody"))
    #expect(
      try decision(bound, account: nil)
        == .unknown("bind ca.example to the account https://ca.example/account/2, and which is used isn't known"))
  }

  @Test(
    arguments: [
      [], [0], [0, 0], [0, 5], [0, 5, 0x69, 0x73, 0x73, 0x75], [0, 1, 0x2D], [0, 2, 0x61, 0x20],
    ] as [[UInt8]])
  func `what is no record`(data: [UInt8]) { #expect(CAARecord(data: data) == nil) }

  @Test func `an empty value is one`() { #expect(CAARecord(data: [0, 1, 0x61]) != nil) }
}
