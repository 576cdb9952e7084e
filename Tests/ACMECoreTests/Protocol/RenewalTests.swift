import Testing

@testable import ACMECore

@Suite struct RenewalTests {
  private static let day: Int64 = 86400
  private let id = CertificateID(authorityKeyIdentifier: [1], serialNumber: [2])
  private let now: Timestamp
  /// Ninety days, of which thirty are over.
  private let lifetime: Lifetime

  init() throws {
    now = try Timestamp("2026-11-27T12:00:00Z")
    lifetime = Lifetime(from: now + -30 * Self.day, to: now + 60 * Self.day)
  }

  private func info(_ start: Int64, _ end: Int64) throws -> RenewalInfo {
    try RenewalInfo(
      Samples.object(
        #"{"suggestedWindow":{"start":"\#(now + start)","end":"\#(now + end)"},"explanationURL":"https://x/"}"#))
  }

  // MARK: By the lifetime

  private static let pauses: [(Double?, Int64)] = [
    (0, 60), (59, 60), (61, 61), (86400, 86400), (31_536_000, 86400), (.infinity, 86400), (nil, 21600),
  ]

  @Test(arguments: pauses)
  func `the next look is within reason`(_ pause: Double?, _ seconds: Int64) throws {
    let window = try info(10 * Self.day, 11 * Self.day)
    #expect(Renewal(of: lifetime, id, advice: .info(window, pause: pause), at: now).checkAgainAt == now + seconds)
    #expect(Renewal(of: lifetime, id, advice: .unavailable(pause: pause), at: now).checkAgainAt == now + seconds)
  }

  // MARK: Windows that make no sense

  @Test(arguments: [(5, 5), (5, 4), (0, 0), (5, -86400)] as [(Int64, Int64)])
  func `a window that doesn't end after its start`(_ start: Int64, _ end: Int64) {
    #expect(throws: Malformed.self) { try info(start, end) }
  }

  @Test(
    arguments: [
      (61, 62), (3650, 3652), (0, 3650), (-3650, 1), (-1, 90),
    ] as [(Int64, Int64)])
  func `one that begins too late, or never ends`(_ start: Int64, _ end: Int64) throws {
    let window = try info(start * Self.day, end * Self.day)
    #expect(throws: Malformed.self) { try window.check(against: lifetime) }
  }

  @Test(arguments: [(0, 90), (59, 62), (-400, -399), (20, 22)] as [(Int64, Int64)])
  func `one that may be meant`(_ start: Int64, _ end: Int64) throws {
    try info(start * Self.day, end * Self.day).check(against: lifetime)
  }

  @Test(arguments: [
    "{}", #"{"suggestedWindow":null}"#, #"{"suggestedWindow":[]}"#, #"{"suggestedWindow":{}}"#,
    #"{"suggestedWindow":{"start":"2026-01-01T00:00:00Z"}}"#,
    #"{"suggestedWindow":{"start":1,"end":2}}"#,
    #"{"suggestedWindow":{"start":"2026-01-01","end":"2026-01-02"}}"#,
  ])
  func `no window at all`(_ text: String) {
    #expect(throws: Malformed.self) { try RenewalInfo(Samples.object(text)) }
  }

  @Test func `what else the CA sends is passed over`() throws {
    let text = """
      {"suggestedWindow":{"start":"2026-01-01T00:00:00.5+01:00","end":"2026-01-02T00:00:00Z","x":1},"explanationURL":7,\
      "y":{}}
      """
    let info = try RenewalInfo(Samples.object(text))
    #expect(info.start.description == "2025-12-31T23:00:00Z" && info.explanationURL == nil)
  }

  @Test func `the document`() throws {
    let renewal = Renewal(of: lifetime, id, advice: .info(try info(-20, -10), pause: 60), at: now)
    let moment = try #require(renewal.renewAt)
    #expect(
      renewal.object(file: nil).text == """
        {"certID":"AQ.Ag","checkAgainAt":"2026-11-27T12:01:00Z","due":true,"explanationURL":"https://x/",\
        "format":"acme-renewal/1","reason":"window","renewAt":"\(moment)",\
        "window":{"end":"2026-11-27T11:59:50Z","start":"2026-11-27T11:59:40Z"}}
        """)
  }
}
