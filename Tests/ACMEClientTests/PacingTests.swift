import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct PacingTests {
  @Test(arguments: [(1, 120), (2, 360), (10, 2280)])
  func `so many at once, and then so many a second`(_ seconds: Int, _ most: Int) {
    var pacing = Pacing(RetryPolicy())
    var now = 0.0
    var begun = 0
    while now + pacing.pause(at: now) < Double(seconds - 1) + 0.001 {
      now += pacing.pause(at: now)
      pacing.spend(at: now)
      begun += 1
    }
    #expect((most - 1...most + 1).contains(begun))
  }

  @Test func `who has kept still has no more than that in store`() {
    var pacing = Pacing(RetryPolicy())
    for _ in 0..<120 { pacing.spend(at: 1000) }
    #expect(pacing.pause(at: 1000) > 0)
  }

  @Test func `a client waits when it has begun too many`() throws {
    let count = 200
    let answers = (0..<count).map { SideBySideTests.authorization("\($0)") }
    let rig = try Rig(ScriptedTransport(answers))
    let urls = try (1...count).map { try ACMEURL("https://ca.example/a/\($0)") }
    try rig.client.authorizations(at: urls) { _ in }
    #expect(rig.transport.requests.count == count)
    #expect(abs(rig.time.now - 80.0 / 240) < 0.02)
  }
}
