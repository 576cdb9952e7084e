import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct RetryTests {
  @Test func `badNonce is tried again at once with the nonce of the refusal, signed anew`() throws {
    let rig = try Rig(Rig.problem("badNonce", 400, [("Replay-Nonce", "second")]), Rig.ok())
    _ = try rig.fetch()
    #expect(try rig.transport.headers.map { $0["nonce"] } == ["first", "second"])
    #expect(rig.time.waits.isEmpty)
    #expect(rig.transport.requests[0].body != rig.transport.requests[1].body)
  }

  @Test func `badNonce without a nonce asks newNonce`() throws {
    let rig = try Rig(
      Rig.problem("badNonce", 400), .response(200, [("Replay-Nonce", "fresh")], ""), Rig.ok())
    _ = try rig.fetch()
    #expect(rig.transport.requests.map(\.method) == [.post, .head, .post])
    #expect(try rig.transport.headers[1]["nonce"] == "fresh")
  }

  @Test func `badNonce has an end, and the CA has the last word`() throws {
    var answers: [ScriptedTransport.Scripted] = []
    for n in 1...100 { answers.append(Rig.problem("badNonce", 400, [("Replay-Nonce", "again\(n)")])) }
    let transport = ScriptedTransport(answers)
    let time = FakeTime()
    let url = try ACMEURL("https://ca.example/dir")
    let directory = Directory(["newNonce": "https://ca.example/nonce"])
    let client = Client(
      directory: url, known: CASection(directory: url, endpoints: directory, endpointsAt: time.clock.wall()),
      nonce: try Nonce("x"), account: try ACMEURL("https://ca.example/a"),
      signer: try PrivateKey.generate(.ed25519).signer,
      transport: transport, world: World(time.clock), budget: Budget(seconds: 300, clock: time.clock))
    #expect(throws: Failure.self) { try client.order(at: ACMEURL("https://ca.example/o")) }
    #expect(transport.requests.count == RetryPolicy().badNonceAttempts)
    #expect(time.waits.count == transport.requests.count - RetryPolicy().badNonceAttemptsAtOnce)
  }

  @Test func `a nonce that comes twice is sent once`() throws {
    let rig = try Rig(Rig.ok(nonce: "a"), Rig.ok(nonce: "a"), SideBySideTests.nonce("b"), Rig.ok())
    for _ in 1...3 { _ = try rig.fetch() }
    #expect(try rig.transport.headers.compactMap { $0["nonce"]?.string } == ["first", "a", "b"])
  }

  @Test func `a nonce that can't be one is passed over`() throws {
    let rig = try Rig(
      Rig.ok(nonce: "not base64url!"), .response(200, [("Replay-Nonce", "good")], ""), Rig.ok())
    _ = try rig.fetch()
    _ = try rig.fetch()
    #expect(try rig.transport.headers.map { $0["nonce"] } == ["first", "good"])
  }

  @Test func `a server fault is waited out, ever longer`() throws {
    let rig = try Rig(
      Rig.problem("serverInternal", 500, [("Replay-Nonce", "b")]), .response(502, [("Replay-Nonce", "c")], "<html>"),
      Rig.ok())
    _ = try rig.fetch()
    #expect(rig.time.waits == [0.1875, 0.375])
  }

  @Test func `Retry-After is obeyed, in seconds and as a date`() throws {
    let rig = try Rig(
      .response(503, [("Retry-After", "7"), ("Replay-Nonce", "b")], ""),
      .response(503, [("Retry-After", "Mon, 23 Nov 2026 12:00:30 GMT"), ("Replay-Nonce", "c")], ""), Rig.ok())
    _ = try rig.fetch()
    #expect(rig.time.waits.first == 7)
    #expect(rig.time.waits.count == 2)
  }

  @Test(arguments: [
    [("Retry-After", "0")], [("Retry-After", "-5")], [("Retry-After", "Mon, 23 Nov 2020 12:00:30 GMT")],
    [("Retry-After", "0"), ("Retry-After", "0")],
  ])
  func `a Retry-After that is over takes no pause away`(_ headers: [(String, String)]) throws {
    let rig = try Rig(
      .response(503, headers + [("Replay-Nonce", "b")], ""), .response(503, headers + [("Replay-Nonce", "c")], ""),
      Rig.ok())
    _ = try rig.fetch()
    #expect(rig.time.waits == [0.1875, 0.375])
  }

  @Test func `of several Retry-After the longest counts`() throws {
    let rig = try Rig(
      .response(503, [("Retry-After", "1"), ("Retry-After", "9"), ("Retry-After", "x"), ("Replay-Nonce", "b")], ""),
      Rig.ok())
    _ = try rig.fetch()
    #expect(rig.time.waits == [9])
  }

  @Test func `an order that one machine of the CA's doesn't know yet is looked for again`() throws {
    let rig = try Rig(Rig.problem("malformed", 404, [("Replay-Nonce", "b")]), Rig.ok())
    _ = try rig.fetch()
    #expect(rig.time.waits == [RetryPolicy().notFoundPause])
  }

  @Test func `one that nobody knows is gone, with the CA's own words`() throws {
    let gone = (1...4).map { Rig.problem("malformed", 404, [("Replay-Nonce", "b\($0)")]) }
    let rig = try Rig(ScriptedTransport(gone))
    let failure = rig.failure { _ = try rig.fetch() }
    #expect(failure?.status == .refused)
    #expect(failure?.problem?.detail == "words")
    #expect(rig.transport.requests.count == RetryPolicy().notFoundAttempts)
  }

  @Test(arguments: [405, 501])
  func `a newNonce that knows no HEAD is asked by GET, from then on`(_ status: Int) throws {
    let rig = try Rig(
      .response(status, [], ""), .response(204, [("Replay-Nonce", "a")], ""), Rig.ok(),
      .response(204, [("Replay-Nonce", "b")], ""), Rig.ok(), nonce: nil)
    _ = try rig.fetch()
    _ = try rig.fetch()
    #expect(rig.transport.requests.map(\.method) == [.head, .get, .post, .get, .post])
  }

  @Test func `where newNonce and newOrder have both moved, both are looked up anew`() throws {
    let directory = #"{"newNonce":"https://ca.example/n2","newOrder":"https://ca.example/o2"}"#
    let made = (Rig.order, [("Replay-Nonce", "c"), ("Location", "https://ca.example/order/1")])
    let rig = try Rig(
      .response(404, [], ""), .response(200, [], directory), .response(200, [("Replay-Nonce", "a")], ""),
      .response(404, [("Replay-Nonce", "b")], ""), .response(201, made.1, made.0), nonce: nil)
    _ = try rig.client.newOrder([:])
    #expect(
      rig.transport.requests.map(\.url.text) == [
        "https://ca.example/nonce", "https://ca.example/dir", "https://ca.example/n2", "https://ca.example/order",
        "https://ca.example/o2",
      ])
  }

  @Test func `an endpoint that a document's directory lacks is looked for in the CA's`() throws {
    let directory = #"{"newNonce":"https://ca.example/nonce","newOrder":"https://ca.example/o"}"#
    let rig = try Rig(.response(200, [], directory))
    #expect(try rig.client.ca().endpoints[.renewalInfo] == nil)
    #expect(try rig.client.freshCA().endpoints[.newOrder]?.text == "https://ca.example/o")
    _ = try rig.client.freshCA()
    #expect(rig.transport.requests.count == 1)
  }

  @Test func `where the time is over before there is a nonce, the request's own failure is said`() throws {
    let rig = try Rig(
      .response(500, [], #"{"type":"urn:ietf:params:acme:error:serverInternal","detail":"on fire"}"#),
      .response(503, [("Retry-After", "500")], ""), seconds: 20)
    #expect(rig.failure { _ = try rig.fetch() }?.message.contains("on fire") == true)
  }

  @Test func `a wait longer than the budget is not begun`() throws {
    let rig = try Rig(.response(503, [("Retry-After", "1000000000")], ""), seconds: 10)
    let failure = rig.failure { _ = try rig.fetch() }
    #expect(failure?.status == .notNow)
    #expect(failure?.retryAt != nil)
    #expect(rig.time.waits.isEmpty)
  }

  @Test func `a rate limit is never tried again`() throws {
    let rig = try Rig(Rig.problem("rateLimited", 429, [("Retry-After", "1")]), Rig.ok())
    #expect(rig.failure { _ = try rig.fetch() }?.status == .notNow)
    #expect(rig.transport.requests.count == 1)
  }

  @Test func `a lost answer to a fetch is asked for again, one to newOrder once`() throws {
    let fetch = try Rig(.failure(.lost("x")), .response(200, [("Replay-Nonce", "n")], ""), Rig.ok())
    _ = try fetch.fetch()
    let order = try Rig(
      .failure(.lost("x")), .response(200, [("Replay-Nonce", "n")], ""), .failure(.lost("x")),
      .response(200, [("Replay-Nonce", "m")], ""), Rig.ok())
    #expect(order.failure { _ = try order.client.newOrder([:]) }?.status == .unreachable)
    #expect(order.transport.requests.filter { $0.method == .post }.count == 2)
  }

  @Test func `an answer to finalize or a challenge that is lost, or a page, is for the caller to look up`() throws {
    let key = try PrivateKey.generate(.p256)
    let csr = try CertificateRequest(for: [Identifier(typed: "a.example")], signer: key.signer)
    for answer in [
      ScriptedTransport.Scripted.failure(.lost("x")), .response(500, [], ""), .response(200, [], "<p>Welcome</p>"),
    ] {
      let finalize = try Rig(answer)
      #expect(throws: LostAnswer.self) { try finalize.client.finalize(ACMEURL("https://ca.example/f"), request: csr) }
      #expect(finalize.transport.requests.count == 1)
      let challenge = try Rig(answer)
      #expect(throws: LostAnswer.self) {
        try challenge.client.respond(
          to: Challenge.Answerable(
            url: ACMEURL("https://ca.example/c"), token: Token("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0")))
      }
      #expect(challenge.transport.requests.count == 1)
    }
  }

  @Test func `the pause before a second finalize is the CA's, where it names one`() throws {
    let key = try PrivateKey.generate(.p256)
    let csr = try CertificateRequest(for: [Identifier(typed: "a.example")], signer: key.signer)
    let rig = try Rig(.response(500, [("Retry-After", "60")], ""))
    do {
      _ = try rig.client.finalize(ACMEURL("https://ca.example/f"), request: csr)
      Issue.record("a 500 is no answer")
    } catch let lost as LostAnswer {
      #expect(lost.notBefore == 60)
    }
  }

  @Test func `a server that can't be trusted is not asked again`() throws {
    let rig = try Rig(.failure(.untrusted("x")), Rig.ok())
    #expect(rig.failure { _ = try rig.fetch() }?.status == .unreachable)
    #expect(rig.transport.requests.count == 1)
  }

  @Test func `one that nobody listens at is asked a few times`() throws {
    let rig = try Rig(
      .failure(.unreachable("x")), .failure(.unreachable("x")), .failure(.unreachable("x")), nonce: nil)
    #expect(rig.failure { _ = try rig.fetch() }?.status == .unreachable)
    #expect(rig.transport.requests.count == 3)
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `a redirect is never followed`(_ status: Int) throws {
    let rig = try Rig(.response(status, [("Location", "https://ca.example/elsewhere")], ""))
    #expect(rig.failure { _ = try rig.fetch() }?.status == .protocolBroken)
  }
}
