import ACMECore
import Glibc
import Testing

@testable import ACMEClient

/// Visits to a server that takes connections and says nothing.
@Suite struct SiteVisitsTests {
  private final class SilentServer {
    private let socket: Int32
    let port: UInt16

    init() throws {
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let (server, length) = (socket, size)
      let isListening = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(server, $0, length) == 0 && listen(server, 100) == 0 && getsockname(server, $0, &size) == 0
        }
      }
      try #require(isListening)
      port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }
  }

  private static func clock() -> Clock {
    let start = ContinuousClock.now
    return Clock(
      monotonic: { (ContinuousClock.now - start) / .seconds(1) }, wall: { Timestamp(seconds: 0) }, sleep: { _ in })
  }

  private func visits(_ count: Int, to server: SilentServer) throws -> [SiteVisit] {
    let address = try #require(IPAddress("127.0.0.1"))
    return try (0..<count).map {
      SiteVisit(try #require(SiteURL("http://name\($0).example:\(server.port)/")), at: address)
    }
  }

  private func visitor() throws -> SiteVisits { try SiteVisits(tool: "test", isInterrupted: { false }) }

  @Test func `more than there is time for are over in time, and nothing is said of them`() throws {
    let server = try SilentServer()
    let budget = Budget(seconds: 1, clock: Self.clock())
    let outcomes = try visitor().outcomes(of: visits(60, to: server), each: 10, within: budget)
    #expect(budget.remaining > -1)
    #expect(outcomes.count == 60)
    #expect(outcomes.allSatisfy { if case .late = $0 { true } else { false } })
  }

  @Test func `who has had all of the time that each gets doesn't answer`() throws {
    let server = try SilentServer()
    let budget = Budget(seconds: 100, clock: Self.clock())
    let outcomes = try visitor().outcomes(of: visits(1, to: server), each: 1, within: budget)
    guard case .silence(let how)? = outcomes.first else { return #expect(Bool(false), "\(outcomes)") }
    #expect(how == "takes the connection and doesn't answer within 1 s")
  }
}
