@testable import ACMEClient
@testable import ACMECore

/// A CA of prepared answers, one after another, that keeps what it was asked.
final class ScriptedTransport: Transport {
  enum Scripted {
    case response(Int, [(String, String)], String)
    case failure(TransportError)
  }

  private var answers: [Scripted]
  private(set) var requests: [HTTPRequest] = []
  private(set) var mostUnderWay = 0
  /// How many were under way after each beginning and each end.
  private(set) var counts: [Int] = []
  private var underWay: [(Int, Outcome)] = []
  var width: Int

  init(_ answers: [Scripted], width: Int = 1) {
    self.answers = answers
    self.width = width
  }

  func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double) {
    requests.append(request)
    underWay.append((number, answer()))
    mostUnderWay = max(mostUnderWay, underWay.count)
    counts.append(underWay.count)
  }

  private func answer() -> Outcome {
    guard !answers.isEmpty else { return .success(HTTPResponse(status: 599)) }
    switch answers.removeFirst() {
    case .failure(let error): return .failure(error)
    case .response(let status, let headers, let body):
      return .success(
        HTTPResponse(status: status, headers: headers.map { ($0.0.lowercased(), $0.1) }, body: Array(body.utf8)))
    }
  }

  func next(within seconds: Double) -> (number: Int, outcome: Outcome)? {
    guard !underWay.isEmpty else { return nil }
    defer { counts.append(underWay.count) }
    return underWay.removeFirst()
  }

  func abandon() { underWay = [] }

  /// The protected headers of the signed requests.
  var headers: [JSONObject] {
    get throws {
      try requests.filter { $0.method == .post }.map {
        let jws = try JSONObject(parsing: $0.body)
        return try JSONObject(parsing: Base64URL.decode(jws.requiredString("protected")))
      }
    }
  }
}

/// Time that passes only when somebody waits.
final class FakeTime {
  private(set) var now = 0.0
  private(set) var waits: [Double] = []

  var clock: Clock {
    Clock(
      monotonic: { self.now }, wall: { Timestamp(seconds: 1_795_435_200 + Int64(self.now)) },
      sleep: {
        self.waits.append($0)
        self.now += $0
      }, random: { 0.5 })
  }
}

/// A client of a CA whose directory is known already.
struct Rig {
  let transport: ScriptedTransport
  let time = FakeTime()
  let client: Client

  init(
    _ answers: ScriptedTransport.Scripted..., seconds: Int = 300, nonce: String? = "first", width: Int = 1
  ) throws {
    try self.init(ScriptedTransport(answers, width: width), seconds: seconds, nonce: nonce)
  }

  init(_ transport: ScriptedTransport, seconds: Int = 300, nonce: String? = "first") throws {
    let directory = try JSONObject(
      parsing: Array(
        #"{"newNonce":"https://ca.example/nonce","newAccount":"https://ca.example/account","newOrder":"https://ca.example/order"}"#
          .utf8))
    self.transport = transport
    let url = try ACMEURL("https://ca.example/dir")
    client = Client(
      directory: url,
      known: CASection(directory: url, endpoints: Directory(directory), endpointsAt: time.clock.wall()),
      nonce: try nonce.map { try Nonce($0) }, account: try ACMEURL("https://ca.example/acct/1"),
      signer: try PrivateKey.generate(.ed25519).signer, transport: transport,
      world: World(time.clock), budget: Budget(seconds: seconds, clock: time.clock))
  }

  static let order = #"""
    {"status":"ready","identifiers":[{"type":"dns","value":"a.example"}],"authorizations":[],"finalize":"https://ca.example/f"}
    """#

  static func ok(nonce: String? = nil, _ body: String = order) -> ScriptedTransport.Scripted {
    .response(200, nonce.map { [("Replay-Nonce", $0)] } ?? [], body)
  }

  static func problem(_ type: String, _ status: Int, _ headers: [(String, String)] = []) -> ScriptedTransport.Scripted {
    .response(status, headers, #"{"type":"urn:ietf:params:acme:error:\#(type)","detail":"words"}"#)
  }

  func failure(_ body: () throws -> Void) -> Failure? {
    do {
      try body()
      return nil
    } catch { return error as? Failure }
  }

  func fetch() throws -> Order { try client.order(at: ACMEURL("https://ca.example/order/1")) }
}
