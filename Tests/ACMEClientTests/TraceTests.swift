import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct TraceTests {
  private static let time = Timestamp(seconds: 1_795_435_200)
  private let signer: Signer
  private let url: ACMEURL

  init() throws {
    signer = try PrivateKey.generate(.ed25519).signer
    url = try ACMEURL("https://ca.example/order")
  }

  private func request(_ payload: String = "{}", nonce: String = "oFvnlFP1wIhRlYS2jTaXbA") throws -> HTTPRequest {
    let jws = try JWS(
      payload: Array(payload.utf8), url: url, nonce: Nonce(nonce), key: .kid(ACMEURL("https://ca.example/a/1")),
      signer: signer)
    return HTTPRequest(.post, url, for: .newOrder, jws: jws, maxBody: 1000)
  }

  private func line(
    _ request: HTTPRequest, _ body: String, number: Int = 1, pid: Int = 7, at seconds: Int64 = 0
  ) -> TraceLine {
    let response = HTTPResponse(
      status: 200, headers: [("replay-nonce", "secret"), ("link", "<a>"), ("link", "<b>")], body: Array(body.utf8))
    let exchange = Exchange(
      number: number, request: request, outcome: .success(response), endedAt: Self.time + seconds, seconds: 0.5)
    return TraceLine(exchange, tool: "acme-challenge", pid: pid)
  }

  private func trace(_ lines: TraceLine...) -> [UInt8] {
    Array(lines.map { $0.object.text + "\n" }.joined().utf8)
  }

  private func replay(_ trace: [UInt8], tool: String = "acme-challenge") throws -> Replay {
    try Replay(trace: trace, file: "trace", tool: tool)
  }

  private func error(_ outcome: Exchange.Outcome) -> TransportError? {
    if case .failure(let error) = outcome { error } else { nil }
  }

  private func body(_ outcome: Exchange.Outcome) -> String? {
    (try? outcome.get()).map { String(decoding: $0.body, as: UTF8.self) }
  }

  @Test func `no nonce, no signature, no binding, wherever they stand`() throws {
    let payload = #"{"externalAccountBinding":{"signature":"x"},"termsOfServiceAgreed":true}"#
    let answer = #"{"detail":"bad nonce oFvnlFP1wIhRlYS2jTaXbA","externalAccountBinding":{},"status":"valid"}"#
    let text = line(try request(payload), answer).object.text
    for word in ["oFvnlFP1wIhRlYS2jTaXbA", "secret", "signature", "externalAccountBinding", "replay-nonce"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(text.contains(#""payload":{"termsOfServiceAgreed":true}"#))
    #expect(text.contains(#""link":"<a>, <b>""#))
  }

  @Test func `the signature of a new key is left out too, and what it signs is readable`() throws {
    let inner = try JWS(
      keyChangeOf: ACMEURL("https://ca.example/a/1"), from: signer.jwk, to: PrivateKey.generate(.p256).signer, url: url)
    let text = line(try request(inner.object.text), "{}").object.text
    #expect(!text.contains(inner.signature))
    #expect(!text.contains("signature"))
    #expect(text.contains(#""payload":{"payload":{"account":"https://ca.example/a/1","oldKey":{"#))
  }

  @Test func `a line is read as it was written`() throws {
    let line = line(try request(), #"{"number":1.50,"status":"ready"}"#, number: 3)
    let read = try TraceLine(JSONObject(parsing: Array(line.object.text.utf8)))
    #expect(read.number == 3)
    #expect(read.time == Self.time)
    #expect(body(read.outcome) == #"{"number":1.50,"status":"ready"}"#)
  }

  @Test(arguments: [
    TransportError.unreachable("x"), .untrusted("x"), .unintelligible("x"), .lost("x"), .timedOut("x"), .tooLarge,
    .badTrust("x"),
  ])
  func `an answer that never came is played again as what it was`(_ error: TransportError) throws {
    let exchange = Exchange(
      number: 1, request: try request(), outcome: .failure(error), endedAt: Self.time, seconds: 1)
    let line = TraceLine(exchange, tool: "acme-challenge", pid: 1)
    #expect(try self.error(TraceLine(line.object).outcome) == error)
  }

  @Test func `the same request gets the answers in their order, whatever its nonce`() throws {
    let replay = try replay(trace(line(request(), "one"), line(request(), "two", number: 2)))
    #expect(body(replay.outcome(of: try request(nonce: "another"))) == "one")
    #expect(body(replay.outcome(of: try request())) == "two")
    #expect(error(replay.outcome(of: try request())) == .notRecorded("the trace trace has no answer to this request"))
  }

  @Test func `another payload, or another tool, is another request`() throws {
    let recorded = trace(line(try request("{}"), "one"))
    #expect(body(try replay(recorded).outcome(of: request(#"{"a":1}"#))) == nil)
    #expect(body(try replay(recorded, tool: "acme-chain").outcome(of: request())) == nil)
  }

  @Test func `of several runs the one is played that was asked the same`() throws {
    let other = #"{"status":"deactivated"}"#
    let recorded = trace(
      line(try request(), "first", pid: 1), line(try request(other), "ours", pid: 2),
      line(try request(), "second", number: 2, pid: 2))
    let replay = try replay(recorded)
    #expect(body(replay.outcome(of: try request(other))) == "ours")
    #expect(body(replay.outcome(of: try request())) == "second")
  }

  @Test func `a process number that comes again is another run`() throws {
    let replay = try replay(trace(line(request(), "first", pid: 1), line(request(), "second", pid: 1)))
    #expect(body(replay.outcome(of: try request())) == "first")
    #expect(body(replay.outcome(of: try request())) == nil)
  }

  @Test func `time is as it was, and waiting takes none`() throws {
    let replay = try replay(trace(line(request(), "one"), line(request(), "two", number: 2, at: 90)))
    let clock = replay.clock(
      Clock(
        monotonic: { 0 }, wall: { Timestamp(seconds: 0) },
        sleep: { seconds in if seconds > 0 { throw Interrupted() } }))
    #expect(clock.wall() == Self.time)
    _ = replay.outcome(of: try request())
    _ = replay.outcome(of: try request())
    #expect(clock.wall() == Self.time + 90)
    try clock.sleep(1000)
    #expect(clock.monotonic() == 1000)
  }

  @Test(arguments: ["x", "{}", #"{"tool":"a","n":1,"pid":1,"time":"yesterday","request":{}}"#, "\u{FF}"])
  func `what is no trace is refused with its line`(_ text: String) throws {
    let good = line(try request(), "one").object.text
    #expect {
      try replay(Array("\(good)\n\(text)\n".utf8))
    } throws: {
      ($0 as? Failure)?.message.hasPrefix("trace, line 2: ") == true
    }
  }
}
