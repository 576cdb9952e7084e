import ACMECore

/// The records that one name is to show.
struct AwaitedRecords {
  let name: RecordName
  private let records: [TXTRecord]
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

  init(_ records: [TXTRecord], at name: RecordName) {
    self.name = name
    self.records = records
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
      if !isShown(by: response) {
        return zone == nil || response.isAuthoritative ? "doesn't show" : "isn't authoritative for"
      }
    }
    guard !outcomes.contains(where: shows) else { return nil }
    return outcomes.lazy.filter { $0.isSilence }.compactMap(\.complaint).first.map { "\($0) for" }
  }

  private func isShown(by response: DNSResponse) -> Bool {
    let texts = response.texts
    return records.allSatisfy { $0.isShown(by: texts) }
  }

  private func shows(_ outcome: DNSExchange.Outcome) -> Bool {
    if case .response(let response) = outcome { isShown(by: response) } else { false }
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
