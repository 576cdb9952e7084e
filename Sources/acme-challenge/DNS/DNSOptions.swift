import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// Which server is asked about DNS.
struct ResolverOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Ask this server about DNS, and no other.", valueName: "addr[:port]"),
    transform: SocketAddress.init(resolver:))
  var resolver: SocketAddress?

  /// - Parameter isUsed: whether anything is asked for.
  func refuse(unless isUsed: Bool, _ options: String) throws {
    guard resolver == nil || isUsed else { throw ValidationError("--resolver goes with \(options)") }
  }
}

/// Whether records may be put where a CNAME leads.
struct FollowOption: ParsableArguments {
  @Flag(help: "Where a CNAME stands in a record's place, publish at its end.")
  var dnsFollow = false

  /// The same for the tool that talks to the CA.
  func follow(_ document: inout OrderDocument, asking resolver: ResolverOption, with client: Client) throws {
    guard !dnsFollow || !client.isReplay else {
      throw Failure(.usage, "--dns-follow asks the DNS, of which a trace has nothing")
    }
    try follow(&document, asking: resolver, client.budget)
  }

  /// Notes where the records of the DNS challenges that `isMeant` have to be put.
  func follow(
    _ document: inout OrderDocument, asking resolver: ResolverOption, _ budget: Budget,
    isMeant: (Authorization, Challenge) -> Bool = { $0.status == .pending && ($0.chosen == nil || $1.isChosen) }
  ) throws {
    guard dnsFollow else { return }
    var names: [(authorization: Int, challenge: Int, name: RecordName)] = []
    for (index, authorization) in document.authorizations.enumerated() {
      for (place, challenge) in authorization.challenges.enumerated() where isMeant(authorization, challenge) {
        guard case .dns(let record) = document.publication(challenge, of: authorization), !record.stays else {
          continue
        }
        names.append((index, place, try reading("the record to publish") { try RecordName(record.name) }))
      }
    }
    guard !names.isEmpty else { return }
    let delegation = Delegation(
      resolver: try resolver.resolver.map { Resolver($0) } ?? Resolver.ofThisMachine(), asker: Asker(budget: budget))
    let ends = try delegation.ends(of: Set(names.map(\.name)))
    for (authorization, challenge, name) in names {
      guard let end = ends[name], end.isSettled else {
        let said = (ends[name]?.complaints ?? []).unique.map { "; \($0.text)" }.joined()
        throw Failure(
          .notNow, "no name server says whether a CNAME stands at \(name)\(said)", hint: "--resolver says whom to ask")
      }
      document.authorizations[authorization].challenges[challenge].target = end.value == name ? nil : end.value
    }
  }
}

/// How long to wait for the name servers.
struct WaitOption: ParsableArguments {
  private static let allowed = 1...31_536_000

  @Option(
    help: ArgumentHelp(
      "Before the CA is told: wait until all name servers show the records, at most so long.", valueName: "seconds"))
  var dnsWait: Int?

  func validate() throws {
    guard dnsWait.map(Self.allowed.contains) ?? true else {
      throw ValidationError("--dns-wait takes a number of seconds from 1 to \(Self.allowed.upperBound)")
    }
  }

  /// Waits for the records by which names are to be proved. That time isn't the tool's own. A replay waits for nothing.
  func waitForRecords(
    of document: OrderDocument, asking resolver: ResolverOption, with client: Client, _ tool: Tool
  ) throws {
    guard let dnsWait, !client.isReplay else { return }
    let records = document.authorizations.compactMap { authorization -> TXTRecord? in
      guard authorization.status == .pending, let chosen = authorization.chosen, chosen.status == .pending,
        case .dns(let record) = document.publication(chosen, of: authorization), !record.stays
      else { return nil }
      return record
    }
    try client.budget.standingStill {
      try DNSWait(seconds: dnsWait, asking: resolver.resolver, tool).run(for: records)
    }
  }
}

extension SocketAddress {
  /// `ADDR[:PORT]`; an IPv6 address before a port stands in brackets.
  fileprivate init(resolver text: String) throws {
    if let address = IPAddress(text) {
      self.init(address: address, port: Resolver.port)
    } else if text.hasPrefix("["), text.hasSuffix("]"), let address = IPAddress(String(text.dropFirst().dropLast())) {
      self.init(address: address, port: Resolver.port)
    } else if let listening = try? ListeningAddress(text: text), let address = listening.address {
      self.init(address: address, port: listening.port)
    } else {
      throw ValidationError(
        "'\(text.shown(limit: 100))' is no ADDR[:PORT], such as 192.0.2.1, 192.0.2.1:5353 or [::1]:5353")
    }
  }
}
