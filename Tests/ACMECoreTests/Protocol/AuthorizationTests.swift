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

  private static let right = #"{"type":"http-01","url":"https://ca.example/c/1","token":"\#(token)"}"#

  private static let odd = [
    "null", "7", #""http-01""#, "[]", "{}", #"{"type":7}"#, #"{"type":"http-01"}"#,
    #"{"type":"http-01","url":"https://ca.example/c/1"}"#, #"{"type":"http-01","token":"\#(token)"}"#,
    #"{"type":"http-01","url":"http://ca.example/c/1","token":"\#(token)"}"#,
    #"{"type":"http-01","url":"/c/1","token":"\#(token)"}"#,
    #"{"type":"http-01","url":"https://ca.example/c/1","token":"../../x"}"#,
    #"{"type":"http-01","url":"https://ca.example/c/1","token":"\#(token)","status":7}"#,
  ]

  /// - Parameter challenges: what stands there, whatever it is.
  private func authorization(_ status: String, challenges: String) throws -> Authorization {
    try Authorization(
      Samples.object(
        #"{"status":"\#(status)","identifier":{"type":"dns","value":"example.org"},"challenges":\#(challenges)}"#),
      url: ACMEURL("https://ca.example/authz/1"))
  }

  @Test(arguments: odd)
  func `a challenge that is not as it has to be is kept, and passed over for one that is`(_ odd: String) throws {
    for challenges in ["[\(odd),\(Self.right)]", "[\(Self.right),\(odd)]"] {
      var document = try Samples.document()
      try document.update(authorization("pending", challenges: challenges))
      document.authorizations[0].choose(.http01)
      #expect(document.authorizations[0].chosen?.answerable?.token?.text == Self.token)
      document = try OrderDocument(document.object)
      #expect(document.authorizations[0].chosen?.answerable?.token?.text == Self.token)
      #expect(document.authorizations[0].challenges.filter(\.isChosen).count == 1)
      let found = try Samples.object(#"{"x":\#(odd)}"#)["x"]
      let written = try document.object["authorizations"]?.array?[0].object?["challenges"]?.array
      #expect(written?.contains { $0 == found } == true)
    }
  }

  @Test(arguments: odd)
  func `a chosen one that is not as it has to be is said`(_ odd: String) throws {
    var document = try Samples.document()
    document.authorizations[0].choose(.http01)
    let newer = try authorization("pending", challenges: "[\(odd)]")
    guard newer.challenges[0].type == .http01 else { return }
    #expect { try document.update(newer) } throws: { ($0 as? Failure)?.status == .protocolBroken }
  }

  @Test(
    arguments: odd.map { "[\($0)]" } + ["null", "7", "{}", "[\((0...200).map(String.init).joined(separator: ","))]"])
  func `of one that is over no challenge has to be right`(_ challenges: String) throws {
    for status in ["valid", "invalid", "deactivated"] {
      var document = try Samples.document()
      document.authorizations[0].choose(.http01)
      try document.update(authorization(status, challenges: challenges))
      let found = try Samples.object(#"{"x":\#(challenges)}"#)["x"]
      let written = try OrderDocument(document.object).object["authorizations"]?.array?[0].object?["challenges"]
      if found != .null { #expect(written == found) }
    }
  }

  @Test func `one that has failed tells why, whatever else is wrong with it`() throws {
    let closed = try authorization(
      "invalid", challenges: #"["http-01",{"type":"http-01","status":"invalid","error":"no"}]"#)
    #expect(closed.failedChallenge?.error?.detail == "no")
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
