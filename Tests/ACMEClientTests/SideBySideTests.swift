import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct SideBySideTests {
  static func authorization(_ nonce: String) -> ScriptedTransport.Scripted {
    Rig.ok(nonce: nonce, #"{"status":"valid","identifier":{"type":"dns","value":"a.example"},"challenges":[]}"#)
  }

  static func nonce(_ nonce: String) -> ScriptedTransport.Scripted { .response(200, [("Replay-Nonce", nonce)], "") }

  private func urls(_ count: Int) throws -> [ACMEURL] {
    try (1...count).map { try ACMEURL("https://ca.example/a/\($0)") }
  }

  private func fetch(_ count: Int, _ rig: Rig) throws -> [String] {
    var fetched: [String] = []
    try rig.client.authorizations(at: urls(count)) { fetched.append($0.url.text) }
    return fetched.sorted()
  }

  @Test func `a nonce is asked for each further stream, and used once`() throws {
    let rig = try Rig(
      Self.authorization("a"), Self.nonce("b"), Self.nonce("c"), Self.authorization("d"), Self.authorization("e"),
      Self.authorization("f"), Self.authorization("g"), width: 3)
    #expect(try fetch(5, rig).count == 5)
    #expect(rig.transport.requests.map(\.method) == [.post, .head, .head, .post, .post, .post, .post])
    #expect(rig.transport.mostUnderWay == 3)
    let nonces = try rig.transport.headers.compactMap { $0["nonce"]?.string }
    #expect(Set(nonces).count == 5)
  }

  @Test func `where the CA takes one at a time, no nonce is asked for`() throws {
    let rig = try Rig(Self.authorization("a"), Self.authorization("b"), Self.authorization("c"))
    _ = try fetch(3, rig)
    #expect(rig.transport.requests.map(\.method) == [.post, .post, .post])
    #expect(rig.transport.mostUnderWay == 1)
  }

  @Test func `two are not worth another nonce`() throws {
    let rig = try Rig(Self.authorization("a"), Self.authorization("b"), width: 10)
    _ = try fetch(2, rig)
    #expect(rig.transport.requests.map(\.method) == [.post, .post])
  }

  @Test func `one that is refused ends the rest, and what is under way is still taken`() throws {
    let rig = try Rig(
      Self.authorization("a"), Self.nonce("b"), Self.nonce("c"), Rig.problem("unauthorized", 403),
      Self.authorization("e"), Self.authorization("f"), width: 3)
    var fetched: [String] = []
    let failure = rig.failure { try rig.client.authorizations(at: urls(6)) { fetched.append($0.url.text) } }
    #expect(failure?.status == .refused)
    #expect(rig.transport.requests.filter { $0.method == .post }.count == 4)
    #expect(try fetched.sorted() == [1, 3, 4].map { try urls(6)[$0 - 1].text })
  }

  @Test func `a CA that is busy is left alone by all, and then asked with less zeal, which grows again`() throws {
    var answers = [Self.authorization("a"), Self.nonce("b"), Self.nonce("c"), Self.nonce("d")]
    let busy = ScriptedTransport.Scripted.response(503, [("Retry-After", "7"), ("Replay-Nonce", "e")], "")
    answers += [busy, busy, busy, busy] + (1...12).map { Self.authorization("n\($0)") }
    let transport = ScriptedTransport(answers, width: 4)
    let rig = try Rig(transport)
    #expect(try fetch(13, rig).count == 13)
    #expect(rig.time.waits == [7])
    // The four of them are under way, then over; two at first after that, and in the end four again.
    let first = try #require(transport.counts.firstIndex(of: 4))
    let rest = try #require(transport.counts[first...].firstIndex(of: 0))
    #expect(transport.counts[rest...].prefix(5) == [0, 1, 2, 1, 2])
    #expect(transport.counts[rest...].max() == 4)
  }

  @Test func `a nonce for a further stream that can't be had is not missed`() throws {
    for failure in [ScriptedTransport.Scripted.response(503, [("Retry-After", "60")], ""), .failure(.lost("x"))] {
      let rig = try Rig(
        Self.authorization("a"), failure, failure, Self.authorization("d"), Self.authorization("e"),
        Self.authorization("f"), Self.authorization("g"), width: 3)
      #expect(try fetch(5, rig).count == 5)
      #expect(rig.time.waits.isEmpty)
      #expect(rig.transport.requests.filter { $0.method == .head }.count == 2)
    }
  }

  @Test func `a refused nonce costs that request one more try, and the others nothing`() throws {
    let rig = try Rig(
      Rig.problem("badNonce", 400, [("Replay-Nonce", "a")]), Self.nonce("b"), Self.authorization("c"),
      Self.authorization("d"), Self.authorization("e"), width: 2)
    #expect(try fetch(3, rig) == urls(3).map(\.text).sorted())
    #expect(rig.time.waits.isEmpty)
  }

  @Test func `a challenge whose answer was lost doesn't keep the others from being answered`() throws {
    let rig = try Rig(.failure(.lost("x")), Self.nonce("b"), Rig.ok(nonce: "c"), Rig.ok(nonce: "d"), width: 2)
    let token = try Token("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0")
    let challenges = try urls(3).map { Challenge.Answerable(url: $0, token: token) }
    var lost: [Int] = []
    var answered = 0
    try rig.client.respond(to: challenges) { index, result in
      if case .failure(is LostAnswer) = result { lost.append(index) } else { answered += 1 }
    }
    #expect(lost == [0])
    #expect(answered == 2)
  }
}
