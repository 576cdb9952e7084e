import Testing

@testable import ACMECore

@Suite struct AuthorizationTests {
  private static let token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"

  /// - Parameter challenges: type, and further members, of each.
  private func authorization(
    _ status: String, chosen: String?, _ challenges: (type: String, more: String)...
  ) throws -> Authorization {
    let texts = challenges.map { challenge in
      let chosen = challenge.type == chosen ? #","chosen":true"# : ""
      let place = #""url":"https://ca.example/c/1","token":"\#(Self.token)""#
      return #"{"type":"\#(challenge.type)",\#(place)\#(chosen)\#(challenge.more)}"#
    }
    return try Authorization(
      Samples.object(
        #"{"status":"\#(status)","identifier":{"type":"dns","value":"a.example"},"challenges":[\#(texts.joined(separator: ","))]}"#
      ), url: ACMEURL("https://ca.example/authz/1"))
  }

  /// django-ca writes the `*.` against RFC 8555 §7.1.4.
  @Test(arguments: [
    (#""value":"*.a.example""#, #","wildcard":true"#), (#""value":"*.a.example""#, #","wildcard":false"#),
    (#""value":"*.A.Example""#, ""), (#""value":"a.example""#, #","wildcard":true"#),
  ])
  func `a wildcard is one however it is written, and is passed on as the RFC has it`(
    _ value: String, _ member: String
  ) throws {
    let authorization = try Authorization(
      Samples.object(#"{"status":"valid","identifier":{"type":"dns",\#(value)}\#(member)}"#),
      url: ACMEURL("https://ca.example/authz/1"))
    #expect(authorization.identifier == .dns(try DomainName(wire: "a.example"), wildcard: true))
    #expect(authorization.raw["identifier"]?.object?["value"]?.string == "a.example")
    #expect(authorization.raw["wildcard"]?.bool == true)
  }

  @Test(arguments: ["*.*.a.example", "*", "*.", "a.*.example", "*a.example"])
  func `no other star is a wildcard`(_ value: String) throws {
    let text = #"{"status":"valid","identifier":{"type":"dns","value":"\#(value)"},"wildcard":true}"#
    #expect(throws: Malformed.self) {
      try Authorization(Samples.object(text), url: ACMEURL("https://ca.example/authz/1"))
    }
  }

  private static let wrong = #","status":"invalid","error":{"detail":"wrong"}"#
  private static let foreign = #","status":"invalid","error":{"detail":"another's"}"#

  @Test func `the chosen challenge tells why, before any other`() throws {
    let both = try authorization("invalid", chosen: "dns-01", ("http-01", Self.foreign), ("dns-01", Self.wrong))
    #expect(both.failedChallenge?.error?.detail == "wrong")
    let unmarked = try authorization(
      "invalid", chosen: "dns-01", ("http-01", Self.foreign), ("dns-01", #","error":{"detail":"wrong"}"#))
    #expect(unmarked.failedChallenge?.error?.detail == "wrong")
  }

  @Test func `another one tells where it alone has failed`() throws {
    let other = try authorization("invalid", chosen: "dns-01", ("http-01", Self.foreign), ("dns-01", ""))
    #expect(other.failedChallenge?.type == .http01)
    let silent = try authorization(
      "invalid", chosen: "dns-01", ("http-01", #","status":"invalid""#), ("dns-01", #","status":"invalid""#))
    #expect(silent.failedChallenge?.type == .dns01)
  }

  @Test func `while one is at work, another's error is none of ours`() throws {
    let other = try authorization("pending", chosen: "dns-01", ("http-01", Self.foreign), ("dns-01", ""))
    #expect(other.challengeAtWork?.error == nil)
    let unknown = try authorization("pending", chosen: nil, ("http-01", Self.foreign), ("dns-01", ""))
    #expect(unknown.challengeAtWork?.error?.detail == "another's")
  }

  @Test func `one that is closed needs no token and no URL in its challenges`() throws {
    let text = #"""
      {"status":"invalid","identifier":{"type":"dns","value":"a.example"},
      "challenges":[{"type":"http-01","status":"invalid","error":"no"}]}
      """#
    let closed = try Authorization(Samples.object(text), url: ACMEURL("https://ca.example/authz/1"))
    #expect(closed.failedChallenge?.error?.detail == "no")
    let open = text.replacing(#"{"status":"invalid""#, with: #"{"status":"pending""#)
    #expect(throws: Malformed.self) {
      try Authorization(Samples.object(open), url: ACMEURL("https://ca.example/authz/1"))
    }
  }

  @Test(arguments: [
    (#"{"type":"http-01","status":"processing","error":{"detail":"e"}}"#, "processing", "e"),
    (
      #"{"type":"http-01","status":"invalid","error":"e","url":"https://x.example/","token":"../x","chosen":false}"#,
      "invalid", "e"
    ),
    (#"{"type":"http-01","status":"valid"}"#, "valid", nil), (#"{"type":"dns-01","status":"valid"}"#, "pending", "old"),
    (#"{"type":"http-01"}"#, "pending", "old"), (#"{"type":"http-01","status":7}"#, "pending", "old"),
    ("{}", "pending", "old"),
  ])
  func `the answer to a challenge says how it stands, and nothing else`(
    _ answer: String, _ status: String, _ detail: String?
  ) throws {
    var authorization = try authorization(
      "pending", chosen: "http-01", ("http-01", #","status":"pending","error":{"detail":"old"}"#), ("dns-01", ""))
    authorization.updateChosen(try Samples.object(answer))
    let chosen = try #require(authorization.chosen)
    #expect(chosen.status.rawValue == status)
    #expect(chosen.error?.detail == detail)
    #expect(chosen.answerable?.url.text == "https://ca.example/c/1")
    #expect(chosen.answerable?.token?.text == Self.token)
  }
}
