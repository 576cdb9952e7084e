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
      while try look(for: &awaited, delegation) {}
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

  /// Where the records stand and who serves them, for those of which that isn't known for good yet. A name of which
  /// nobody says whether a CNAME stands there is looked at itself.
  private func find(_ awaited: inout [Awaited], _ delegation: Delegation) throws {
    let open = awaited.indices.filter { !awaited[$0].isSettled }
    let ends = try delegation.ends(of: Set(open.map { awaited[$0].name }))
    let zones = try substitute == nil ? delegation.zones(of: Set(ends.values.map(\.value))) : [:]
    for index in open {
      guard let end = ends[awaited[index].name] else { continue }
      awaited[index].take(end)
      if let substitute {
        awaited[index].servers = [substitute]
      } else if let zone = zones[end.value] {
        awaited[index].take(zone)
      }
    }
  }

  /// - Returns: whether the servers of some zones referred to those of zones below, which are to be asked instead.
  private func look(for awaited: inout [Awaited], _ delegation: Delegation) throws -> Bool {
    var asked: [(question: Question, server: SocketAddress)] = []
    var places: [(index: Int, server: String)] = []
    for (index, one) in awaited.enumerated() where !one.isShown {
      for server in one.servers ?? [] {
        for address in server.addresses {
          asked.append((Question(name: one.end, type: .txt), address))
          places.append((index, server.name))
        }
      }
    }
    let outcomes = try delegation.asker.ask(asked, isRecursive: substitute != nil)
    let grouped = Dictionary(grouping: zip(places, outcomes), by: \.0.index)
    var referrals: [Int: (zone: RecordName, servers: [RecordName])] = [:]
    for index in awaited.indices where !awaited[index].isShown {
      let byServer = Dictionary(grouping: grouped[index] ?? [], by: \.0.server).mapValues { $0.map(\.1) }
      awaited[index].judge(byServer)
      referrals[index] = awaited[index].referral(in: byServer)
      if awaited[index].isShown { tool.messages.step(awaited[index].sentence(byServer.count)) }
    }
    for (index, zone) in try delegation.locate(referrals) { awaited[index].take(zone) }
    return !referrals.isEmpty
  }

  private func late(_ awaited: [Awaited]) -> Failure {
    let lacking = awaited.flatMap(\.sentences)
    let more = lacking.count > Self.mostShown ? ", and \(lacking.count - Self.mostShown) more" : ""
    let passed = awaited.flatMap(\.complaints).unique.prefix(Self.mostShown).map { "; \($0.text)" }
    return Failure(
      .notNow,
      "the time of --dns-wait (\(seconds) s) is over: "
        + lacking.prefix(Self.mostShown).joined(separator: ", ") + more + passed.joined(),
      hint: "allow more with --dns-wait, or go on later",
      retryAt: Signals.clock.wall() + Int64(Self.longestPause))
  }
}

/// The values that one name is to show.
private struct Awaited {
  let name: RecordName
  let values: Set<[UInt8]>
  /// Where the CNAMEs at the name lead.
  private(set) var end: RecordName
  /// That `end` is in; nil where it isn't known, or doesn't matter.
  private(set) var zone: RecordName?
  /// Who is to show it; nil until they have been found out.
  var servers: [NameServer]?
  /// Whether `end` and `servers` won't be others later.
  private(set) var isSettled = false
  /// What was said in place of answers, as they were looked for.
  private(set) var complaints: [Complaint] = []
  private(set) var isShown = false
  /// Who doesn't show it, and in what way.
  private(set) var lacking: [(server: String, sentence: String)] = []

  init(name: RecordName, values: Set<[UInt8]>) {
    self.name = name
    self.values = values
    end = name
  }

  mutating func take(_ end: Sought<RecordName>) {
    self.end = end.value
    isSettled = end.isSettled
    complaints = end.complaints
  }

  mutating func take(_ zone: Sought<Zone?>) {
    self.zone = zone.value?.name
    servers = zone.value?.servers
    isSettled = isSettled && zone.isSettled
    complaints += zone.complaints
  }

  private var shownName: String { end == name ? name.text : "\(name) (which leads to \(end))" }

  func sentence(_ servers: Int) -> String {
    servers == 1 ? "the name server shows \(shownName)" : "all \(servers) name servers show \(shownName)"
  }

  /// What is wrong.
  var sentences: [String] {
    guard servers != nil else { return ["the name servers of \(shownName), or their addresses, can't be found out"] }
    guard !lacking.isEmpty else { return ["no name server of \(shownName) can be reached from here"] }
    return lacking.map(\.sentence)
  }

  /// A server shows it if one of its addresses does and none answers without it. Those that can't be reached from
  /// here count only where there is no other to ask.
  mutating func judge(_ outcomes: [String: [DNSExchange.Outcome]]) {
    lacking = (servers ?? []).compactMap { server in
      guard !server.addresses.isEmpty else {
        return (server.name, "the address of \(server.name), which is to show \(shownName), can't be found out")
      }
      return complaint(outcomes[server.name] ?? []).map { (server.name, "\(server.name) \($0) \(shownName)") }
    }
    isShown = lacking.isEmpty && outcomes.values.joined().contains { shows($0) }
  }

  /// What is wrong with a server's answers; nil where nothing is, or no way leads to it.
  private func complaint(_ outcomes: [DNSExchange.Outcome]) -> String? {
    for case .response(let response) in outcomes {
      if let refusal = response.refusal { return "\(refusal) for" }
      if !values.isSubset(of: response.texts) {
        return zone == nil || response.isAuthoritative ? "doesn't show" : "isn't authoritative for"
      }
    }
    guard !outcomes.contains(where: shows) else { return nil }
    for case .silence(let how) in outcomes { return "\(how) for" }
    return nil
  }

  private func shows(_ outcome: DNSExchange.Outcome) -> Bool {
    if case .response(let response) = outcome { values.isSubset(of: response.texts) } else { false }
  }

  /// The zone below, to which a server of the one above it refers.
  func referral(in outcomes: [String: [DNSExchange.Outcome]]) -> (zone: RecordName, servers: [RecordName])? {
    guard let zone else { return nil }
    for case .response(let response) in outcomes.values.joined() {
      if let referral = response.referral, referral.zone.isBelow(zone) { return referral }
    }
    return nil
  }
}
