import ACMECore
import ACMETool

/// Waits until the name servers show what was published, so that the CA doesn't look too early.
struct DNSWait {
  private static let firstPause = 1.0
  private static let longestPause = 10.0
  /// What is left for the last look.
  private static let secondsToLook = 1.0
  private static let mostShown = 5

  private let seconds: Int
  private let resolver: Resolver
  /// The one server to be asked in place of the zone's own.
  private let substitute: NameServer?
  private let tool: Tool

  /// - Parameter server: nil for this machine's resolver, and the zones' own servers.
  init(seconds: Int, asking server: SocketAddress?, _ tool: Tool) throws {
    self.seconds = seconds
    resolver = try server.map { Resolver($0) } ?? Resolver.ofThisMachine()
    substitute = server.map { NameServer(name: $0.text, addresses: [$0]) }
    self.tool = tool
  }

  /// Throws `Failure` 75 when the time is over, and `Interrupted`.
  func run(for records: [TXTRecord]) throws {
    guard !records.isEmpty else { return }
    let budget = Budget(seconds: seconds, clock: Signals.clock)
    let delegation = Delegation(resolver: resolver, asker: Asker(budget: budget))
    var awaited = try Dictionary(grouping: records, by: \.name).map { name, records in
      Awaited(
        name: try reading("the record to wait for") { try RecordName(name) },
        values: Set(records.map { Array($0.value.utf8) }))
    }.sorted { $0.name.text < $1.name.text }
    var pause = Self.firstPause
    defer { tool.messages.progress(nil) }
    while true {
      try find(&awaited, delegation)
      try look(for: &awaited, delegation.asker)
      awaited.removeAll { $0.isShown }
      guard let first = awaited.first else { return }
      tool.messages.progress(
        first.lacking.first.map { "waiting for \($0.server) to show \(first.name)" }
          ?? "looking for the name servers of \(first.end)")
      guard budget.remaining > Self.secondsToLook else { throw late(awaited) }
      try Signals.sleep(min(pause, budget.remaining - Self.secondsToLook))
      pause = min(pause * 1.5, Self.longestPause)
    }
  }

  /// Where the records stand and who serves them, for those of which that isn't known yet.
  private func find(_ awaited: inout [Awaited], _ delegation: Delegation) throws {
    let ends = try delegation.ends(of: Set(awaited.filter { $0.servers == nil }.map(\.name)))
    let servers = try substitute == nil ? delegation.servers(of: Set(ends.values)) : [:]
    for index in awaited.indices {
      guard let end = ends[awaited[index].name] else { continue }
      awaited[index].end = end
      awaited[index].servers = substitute.map { [$0] } ?? servers[end]
    }
  }

  private func look(for awaited: inout [Awaited], _ asker: Asker) throws {
    var asked: [(question: Question, server: SocketAddress)] = []
    var places: [(index: Int, server: String)] = []
    for (index, one) in awaited.enumerated() {
      for server in one.servers ?? [] {
        for address in server.addresses {
          asked.append((Question(name: one.end, type: .txt), address))
          places.append((index, server.name))
        }
      }
    }
    let outcomes = try asker.ask(asked, isRecursive: substitute != nil)
    let grouped = Dictionary(grouping: zip(places, outcomes), by: \.0.index)
    for index in awaited.indices {
      let byServer = Dictionary(grouping: grouped[index] ?? [], by: \.0.server).mapValues { $0.map(\.1) }
      awaited[index].judge(byServer)
      if awaited[index].isShown { tool.messages.step(awaited[index].sentence(byServer.count)) }
    }
  }

  private func late(_ awaited: [Awaited]) -> Failure {
    let lacking = awaited.flatMap { $0.complaints(resolver: substitute?.name) }
    let more = lacking.count > Self.mostShown ? ", and \(lacking.count - Self.mostShown) more" : ""
    return Failure(
      .notNow,
      "the time of --dns-wait (\(seconds) s) is over: "
        + lacking.prefix(Self.mostShown).joined(separator: ", ") + more,
      hint: "allow more with --dns-wait, or go on later",
      retryAt: Signals.clock.wall() + Int64(Self.longestPause))
  }
}

/// The values that one name is to show.
private struct Awaited {
  let name: RecordName
  let values: Set<[UInt8]>
  /// Where the CNAMEs at the name lead.
  var end: RecordName
  /// nil until they have been found out.
  var servers: [NameServer]?
  private(set) var isShown = false
  /// Who doesn't show it, and in what way.
  private(set) var lacking: [(server: String, how: String)] = []

  init(name: RecordName, values: Set<[UInt8]>) {
    self.name = name
    self.values = values
    end = name
  }

  private var shownName: String { end == name ? name.text : "\(name) (which leads to \(end))" }

  func sentence(_ servers: Int) -> String {
    servers == 1 ? "the name server shows \(shownName)" : "all \(servers) name servers show \(shownName)"
  }

  /// - Parameter resolver: the one server that is asked in place of the zone's own.
  func complaints(resolver: String?) -> [String] {
    if servers == nil, let resolver { return ["\(resolver) doesn't answer for \(shownName)"] }
    guard servers != nil else { return ["the name servers of \(shownName), or their addresses, can't be found out"] }
    guard !lacking.isEmpty else { return ["no name server of \(shownName) can be reached from here"] }
    return lacking.map { "\($0.server) \($0.how) \(shownName)" }
  }

  /// A server shows it if one of its addresses does and none answers without it. Those that can't be reached from
  /// here count only where there is no other to ask.
  mutating func judge(_ outcomes: [String: [DNSExchange.Outcome]]) {
    lacking = outcomes.sorted { $0.key < $1.key }.compactMap { name, outcomes in
      complaint(outcomes).map { (name, $0) }
    }
    isShown = lacking.isEmpty && outcomes.values.joined().contains { shows($0) }
  }

  /// What is wrong with a server's answers; nil where nothing is, or no way leads to it.
  private func complaint(_ outcomes: [DNSExchange.Outcome]) -> String? {
    for case .answer(let answer) in outcomes {
      if let refusal = answer.refusal { return "\(refusal) for" }
      if !values.isSubset(of: answer.texts) { return "doesn't show" }
    }
    let isSilent = outcomes.contains { if case .silence = $0 { true } else { false } }
    return isSilent && !outcomes.contains(where: shows) ? "doesn't answer for" : nil
  }

  private func shows(_ outcome: DNSExchange.Outcome) -> Bool {
    if case .answer(let answer) = outcome { values.isSubset(of: answer.texts) } else { false }
  }
}
