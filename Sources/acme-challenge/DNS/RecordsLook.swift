import ACMECore
import ACMETool

/// Looks whether the name servers show records, as a CA does that validates by DNS (RFC 8555 §8.4).
struct RecordsLook {
  private static let firstPause = 1.0
  static let longestPause = 10.0
  /// What is left for the last look.
  private static let secondsToLook = 1.0

  private let resolver: Resolver
  /// The one server to be asked in place of the zone's own.
  private let substitute: NameServer?
  private let tool: Tool

  /// - Parameter server: nil for this machine's resolver, and the zones' own servers.
  init(asking server: SocketAddress?, _ tool: Tool) throws {
    resolver = try server.map { Resolver($0) } ?? Resolver.ofThisMachine()
    substitute = server.map { NameServer(name: $0.text, addresses: [$0]) }
    self.tool = tool
  }

  /// How `records` stand at the last look: when all are shown, or the time of `budget` is over; or, where nothing is
  /// waited for, at the first. Throws `Failure` 78 where CNAMEs lead nowhere, and `Interrupted`.
  func look(for records: [TXTRecord], within budget: Budget, isPatient: Bool) throws -> [AwaitedRecords] {
    let delegation = Delegation(resolver: resolver, asker: Asker(budget: budget))
    var awaited = try Dictionary(grouping: records, by: \.name).map { name, records in
      AwaitedRecords(records, at: try reading("the record to wait for") { try RecordName(name) })
    }.sorted { $0.name.text < $1.name.text }
    var pause = Self.firstPause
    defer { tool.messages.progress(nil) }
    while true {
      try find(&awaited, delegation)
      while try look(for: &awaited, delegation) {}
      guard isPatient, let first = awaited.first(where: { !$0.isShown }) else { return awaited }
      tool.messages.progress(
        first.lacking.first.map { "waiting for \($0.server) to show \(first.name)" }
          ?? "looking for the name servers of \(first.end)")
      guard budget.remaining > Self.secondsToLook else { return awaited }
      try Signals.sleep(min(pause, budget.remaining - Self.secondsToLook))
      pause = min(pause * 1.5, Self.longestPause)
    }
  }

  /// Where the records stand and who serves them, for those of which that isn't known for good yet. A name of which
  /// nobody says whether a CNAME stands there is looked at itself.
  private func find(_ awaited: inout [AwaitedRecords], _ delegation: Delegation) throws {
    let open = awaited.indices.filter { !awaited[$0].isSettled && !awaited[$0].isShown }
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
  private func look(for awaited: inout [AwaitedRecords], _ delegation: Delegation) throws -> Bool {
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
}
