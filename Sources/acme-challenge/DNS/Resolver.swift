import ACMECore
import ACMETool
import CResolv
import Glibc

/// Name servers that find out for us what they don't know themselves.
struct Resolver {
  static let port: UInt16 = 53
  /// How often all of them are asked for what none has answered.
  private static let rounds = 2

  let servers: [SocketAddress]

  init(_ server: SocketAddress) { servers = [server] }

  /// Those of this machine (resolv.conf).
  static func ofThisMachine() throws -> Resolver {
    var state = CResolv_state()
    return try withUnsafeMutablePointer(to: &state) { state in
      guard CResolv_init(state) == 0 else { throw Failure(.noInput, "the system's resolver can't be set up") }
      defer { CResolv_close(state) }
      return Resolver(
        servers: (0..<min(state.pointee.nscount, MAXNS)).compactMap { index in
          CResolv_server6(state, index).flatMap { withUnsafeBytes(of: $0.pointee) { SocketAddress($0) } }
            ?? CResolv_server4(state, index).flatMap { withUnsafeBytes(of: $0.pointee) { SocketAddress($0) } }
        })
    }
  }

  private init(servers: [SocketAddress]) { self.servers = servers }

  /// One finding for each of `questions`, with the definite answer of the first server that gives one. Throws
  /// `Interrupted`.
  func lookUp(_ questions: some Collection<Question>, _ asker: Asker) throws -> [Question: Finding] {
    var findings = Dictionary(questions.map { ($0, Finding()) }) { first, _ in first }
    for server in Array(repeating: servers, count: Self.rounds).joined() {
      let open = questions.filter { findings[$0]?.response == nil }
      guard !open.isEmpty, asker.budget.remaining > 0 else { break }
      for (question, outcome) in zip(open, try asker.ask(open.map { ($0, server) }, isRecursive: true)) {
        findings[question]?.take(outcome, of: question, from: server)
      }
    }
    return findings
  }
}
