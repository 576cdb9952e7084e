import Testing

@testable import ACMECore

@Suite struct ProblemTests {
  private func problem(_ text: String) throws -> Problem { Problem(try JSONObject(parsing: Array(text.utf8))) }

  @Test(arguments: [
    ("rateLimited", 429, 75), ("rateLimited", 503, 75), ("serverInternal", 500, 75), ("serverInternal", 400, 75),
    ("badNonce", 400, 75), ("orderNotReady", 403, 75), ("userActionRequired", 403, 78),
    ("externalAccountRequired", 403, 78), ("accountDoesNotExist", 400, 78), ("unauthorized", 403, 77),
    ("somethingNew", 418, 77), ("malformed", 500, 75), ("malformed", 302, 76),
  ])
  func `the type decides, and else the HTTP status`(_ type: String, _ http: Int, _ exit: Int32) throws {
    let problem = try problem(#"{"type":"urn:ietf:params:acme:error:\#(type)","status":200}"#)
    #expect(problem.exitStatus(httpStatus: http).rawValue == exit)
  }

  @Test func `a summary has the detail and the type`() throws {
    #expect(try problem(#"{"type":"urn:ietf:params:acme:error:dns","detail":"no A"}"#).summary == "no A (dns)")
    #expect(try problem(#"{"detail":"no A"}"#).summary == "no A")
    #expect(try problem(#"{"type":"https://x.example/odd"}"#).summary == "https://x.example/odd")
    #expect(try problem("{}").summary == "the CA gave no detail")
    #expect(try problem(#"{"type":7,"detail":[1],"subproblems":{"a":1}}"#).summary == "the CA gave no detail")
  }

  @Test func `a subproblem has its identifier`() throws {
    let lines = try problem(
      #"{"subproblems":[{"identifier":{"type":"dns","value":"a.example"},"detail":"no"},7,{"detail":"why"}]}"#
    ).subproblemLines
    #expect(lines == ["a.example: no", "why"])
    let odd = try problem(
      #"{"subproblems":[null,[],"why",{"identifier":"b.example","detail":"no"},{"identifier":7,"type":7,"title":"t"}]}"#
    )
    #expect(odd.subproblemLines == ["why", "b.example: no", "t"])
  }

  @Test(arguments: [
    (#"{"detail":"no A"}"#, "no A"), (#""no A""#, "no A"), (#"[{"detail":"first"},{"detail":"last"}]"#, "last"),
    (#"["first",null]"#, "first"), (#"{"status":403}"#, "the CA gave no detail"), ("null", nil), ("7", nil),
    ("true", nil), (#""""#, nil), ("[]", nil), ("{}", nil), (#"[[],"",{},null]"#, nil),
    (#"{"type":"","detail":null}"#, nil),
  ])
  func `an error member of any shape says what it can`(_ text: String, _ said: String?) throws {
    let member = try JSONObject(parsing: Array(#"{"error":\#(text)}"#.utf8))["error"]
    #expect(Problem(error: member)?.summary == said)
  }

  @Test func `a missing error says nothing`() { #expect(Problem(error: nil) == nil) }
}
