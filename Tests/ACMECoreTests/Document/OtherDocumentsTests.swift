import Testing

@testable import ACMECore

@Suite struct OtherDocumentsTests {
  @Test func `an account document is written as it is read`() throws {
    let document = AccountDocument(
      ca: try Samples.ca(), url: try ACMEURL("https://ca.example/acct/1"),
      jwk: try PublishedKeys.rfc8037.privateKey.publicKey.jwk,
      account: try Account(Samples.object(#"{"status":"valid","createdAt":"x"}"#)))
    var object = document.object
    object["later"] = .number("1.0")
    #expect(try AccountDocument(object).object == object)
    object["url"] = "https://evil.example/acct/1"
    #expect(throws: Failure.self) { try AccountDocument(object) }
  }

  @Test(arguments: [
    ("64", 64), ("78", 78), ("75", 75), ("0", 65), ("1", 65), ("63", 65), ("79", 65), ("-1", 65), ("4294967296", 65),
    ("1e2", 65), ("\"77\"", 65), ("null", 65),
  ])
  func `a problem never says that all is well`(_ exit: String, _ status: Int32) throws {
    let problem = try ProblemDocument(Samples.object(#"{"format":"acme-problem/1","exit":\#(exit)}"#))
    #expect(problem.exit.rawValue == status)
  }

  @Test func `a problem carries the order along`() throws {
    var failure = Failure(.refused, "no", hint: "do", problem: Problem(["detail": "x"]))
    failure.order = try Samples.document()
    failure.retryAt = try Timestamp("2026-11-24T00:00:00Z")
    let problem = ProblemDocument(failure, tool: "acme-finalize")
    #expect(try problem.order?.url.text == "https://ca.example/order/1")
    let again = try ProblemDocument(problem.object)
    #expect(again.object == problem.object)
    #expect(again.exit == .refused)
    #expect(again.object["retryAt"] == "2026-11-24T00:00:00Z")
  }

  @Test func `only known endpoints give origins`() throws {
    let origins = try Samples.ca().allowedOrigins
    #expect(throws: Malformed.self) { try origins.check(ACMEURL("https://elsewhere.example/x")) }
    try origins.check(ACMEURL("https://CA.example:443/x"))
  }
}
