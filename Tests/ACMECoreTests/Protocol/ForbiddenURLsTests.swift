import Testing

@testable import ACMECore

@Suite struct ForbiddenURLsTests {
  private func forbidden() throws -> ForbiddenURLs {
    let directory = """
      {"newAccount":"https://ca.example/acme/new-account","keyChange":"https://ca.example/acme/key-change",\
      "revokeCert":"https://[2001:db8::1]:14000/acme/revoke","newOrder":"https://ca.example/acme/new-order"}
      """
    return ForbiddenURLs(
      account: try ACMEURL("https://ca.example/acme/acct/1"), directory: try Directory(Samples.object(directory)))
  }

  @Test(arguments: [
    "https://ca.example/acme/key-change", "https://CA.Example/acme/key-change",
    "https://ca.example:443/acme/key-change",
    "https://ca.example./acme/key-change", "HTTPS://ca.example/acme/key-change", "https://ca.example/acme/key-change?x",
    "https://ca.example/acme/key-change?", "https://ca.example/acme/%6bey-change",
    "https://ca.example/acme/%6Bey%2dchange", "https://ca.example/acme%2Fkey-change",
    "https://ca.example/acme%2fkey-change", "https://ca.example/acme/%256bey-change",
    "https://ca.example/acme/./key-change",
    "https://ca.example//acme//key-change", "https://ca.example/acme/order/../key-change",
    "https://ca.example/acme/order/%2e%2E/key-change", "https://ca.example/acme/key-change/",
    "https://ca.example/acme/key-change;x=1", "https://ca.example/acme;x/key-change",
    "https://ca.example/acme/key-change;%2Forder", "https://ca.example/acme/%6bey-change;%2Forder",
    "https://ca.example/acme/key-change%3Bx", "https://ca.example/acme/key-change%3Fx",
    "https://ca.example/acme/key-change%23x", "https://ca.example/acme/key-change%00",
    "https://ca.example/acme/key-change%20",
    "https://ca.example/acme%5Ckey-change", "https://ca.example/acme/Key-Change",
    "https://[2001:0db8:0::0:1]:14000/acme/revoke", "https://ca.example/acme/acct/1", "https://ca.example/acme/acct//1",
    "https://ca.example/acme/new-account", "https://ca.example/acme/new-order",
  ])
  func `whatever a server may take for an endpoint is refused`(_ text: String) throws {
    let url = try ACMEURL(text)
    let forbidden = try forbidden()
    #expect(throws: Malformed.self) { try forbidden.check(url) }
  }

  @Test(arguments: [
    "https://ca.example/acme/acct/1/orders", "https://ca.example/acme/acct/10", "https://ca.example/acme/order/1",
    "https://ca.example/acme/key-change/1", "https://ca.example:8443/acme/key-change", "https://ca.example/acme",
    "https://ca.example", "https://ca.example/acme/new-order/1", "https://ca.example/order?x=/acme/key-change",
    "https://ca.example/acme/key-changes", "https://other.example/acme/key-change", "https://ca.example/acme/%6",
    "https://ca.example/acme/%+6bey-change", "https://ca.example/acme/order/%7e%41;1",
  ])
  func `what is another resource passes`(_ text: String) throws {
    try forbidden().check(ACMEURL(text))
  }

  @Test func `an order is placed at newOrder, and only there`() throws {
    var forbidden = try forbidden()
    let url = try ACMEURL("https://ca.example/acme/new-order")
    try forbidden.check(url, meant: .endpoint(.newOrder))
    forbidden.insert(try Directory(Samples.object(#"{"revokeCert":"https://ca.example/acme/new-order"}"#)))
    #expect(throws: Malformed("\(url) is no URL of an order: it is the CA's revokeCert", breaksProtocol: true)) {
      try forbidden.check(url, meant: .endpoint(.newOrder))
    }
  }

  @Test func `what goes to an endpoint on purpose goes to no other`() throws {
    var forbidden = try forbidden()
    let url = try ACMEURL("https://ca.example/acme/key-change")
    forbidden.insert(try Directory(Samples.object(#"{"keyChange":"https://ca.example/acme/key-change"}"#)))
    try forbidden.check(url, meant: .endpoint(.keyChange))
    #expect(throws: Malformed.self) { try forbidden.check(url, meant: .account) }
    #expect(throws: Malformed.self) { try forbidden.check(url) }
    forbidden.insert(account: url)
    let message = "\(url) is not only the CA's keyChange: it is the account itself"
    #expect(throws: Malformed(message, breaksProtocol: true)) {
      try forbidden.check(url, meant: .endpoint(.keyChange))
    }
  }

  @Test(arguments: [
    "http://ca.example/acme/revoke", "https://ca.example/acme/revoke#now", "https://me@ca.example/acme/revoke",
    " https://ca.example/acme/revoke", "//ca.example/acme/revoke", "/acme/revoke", "ca.example/acme/revoke",
  ])
  func `an endpoint that can't be used is no place for an order either`(_ text: String) throws {
    let directory = Directory(["newOrder": "https://ca.example/acme/new-order", "revokeCert": .string(text)])
    #expect(directory[.revokeCert] == nil)
    let forbidden = ForbiddenURLs(directory: directory)
    #expect(throws: Malformed.self) { try forbidden.check(ACMEURL("https://ca.example/acme/revoke")) }
    try forbidden.check(ACMEURL("https://ca.example/acme/order/1"))
  }

  @Test(arguments: ["", "#", "/", "://", "https://", "@://@", "/#/", "%", "https:/ /"])
  func `what is no place at all forbids no order`(_ text: String) throws {
    let directory = Directory(["newOrder": "https://ca.example/acme/new-order", "revokeCert": .string(text)])
    try ForbiddenURLs(directory: directory).check(ACMEURL("https://ca.example/acme/order/1"))
  }

  @Test func `an account document vouches for a document with the same endpoints`() throws {
    func section(_ change: (inout JSONObject) -> Void = { _ in }) throws -> CASection {
      var object = try Samples.object(Samples.directory)
      change(&object)
      return CASection(
        directory: try ACMEURL("https://ca.example/dir"), endpoints: Directory(object),
        endpointsAt: Timestamp(seconds: 0))
    }
    let account = try section()
    #expect(try account.vouches(for: section()))
    #expect(try account.vouches(for: section { $0["newOrder"] = .string("https://ca.example/moved") }))
    #expect(try account.vouches(for: section { $0["odd"] = .string("https://odd.example/") }))
    #expect(try !account.vouches(for: section { $0["newOrder"] = .string("https://evil.example/order") }))
    #expect(try !account.vouches(for: section { $0["revokeCert"] = nil }))
    #expect(try !account.vouches(for: section { $0["revokeCert"] = "http://ca.example/revoke" }))
    #expect(try !account.vouches(for: section { $0["keyChange"] = .string("https://ca.example/moved") }))
    var other = account
    other.directory = try ACMEURL("https://ca.example/dir2")
    #expect(!account.vouches(for: other))
  }
}
