import ACMECore

/// Where a record really stands, and who serves it. What can't be found out now is left out: it may be, later.
struct Delegation {
  /// Of more than these the first by name are asked.
  private static let mostServers = 16
  /// Of each server and family.
  private static let mostAddresses = 4

  let resolver: Resolver
  let asker: Asker

  /// The end of the CNAMEs that begin at each name.
  ///
  /// Throws `Failure` 78 where they lead in a circle, or nowhere.
  func ends(of names: Set<RecordName>) throws -> [RecordName: RecordName] {
    var ends: [RecordName: RecordName] = [:]
    var ways = names.map { [$0] }
    while !ways.isEmpty {
      let answers = try resolver.lookUp(Set(ways.compactMap(\.last)).map(Self.alias), asker)
      ways = try ways.compactMap { way in
        guard let first = way.first, let last = way.last, let answer = answers[Self.alias(last)] else { return nil }
        guard let alias = answer.alias else {
          ends[first] = last
          return nil
        }
        return way + [try Self.step(to: alias, after: way)]
      }
    }
    return ends
  }

  private static func alias(_ name: RecordName) -> Question { Question(name: name, type: .cname) }

  private static func step(to alias: String, after way: [RecordName]) throws -> RecordName {
    let begin = "the CNAME at \(way.first?.text ?? "")"
    let next: RecordName
    do { next = try RecordName(alias) } catch {
      throw Failure(.personMustAct, "\(begin) leads to a name that can't be used: \(error.reason)")
    }
    guard !way.contains(next) else {
      throw Failure(.personMustAct, "\(begin) leads in a circle, by \(next)")
    }
    guard way.count <= Answer.mostAliases else {
      throw Failure(.personMustAct, "\(begin) leads on along more than \(Answer.mostAliases) others")
    }
    return next
  }

  /// The authoritative servers of the zone that each name is in.
  func servers(of names: Set<RecordName>) throws -> [RecordName: [NameServer]] {
    let zones = try zoneServers(of: names)
    let addresses = try addresses(of: Set(zones.values.joined()))
    return zones.compactMapValues { names in
      let servers = names.compactMap { name in addresses[name].map { NameServer(name: name.text, addresses: $0) } }
      // One whose addresses aren't known yet mustn't be passed over; one that has none can't be asked by anybody.
      guard servers.count == names.count else { return nil }
      return servers.filter { !$0.addresses.isEmpty }
    }
  }

  /// The names of those servers, found by walking up from each name to where its zone begins.
  private func zoneServers(of names: Set<RecordName>) throws -> [RecordName: [RecordName]] {
    var found: [RecordName: [RecordName]] = [:]
    var walks = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
    while !walks.isEmpty {
      let answers = try resolver.lookUp(Set(walks.values).map(Self.servers), asker)
      for (name, place) in walks {
        walks[name] = nil
        guard let answer = answers[Self.servers(place)] else { continue }
        if !answer.servers.isEmpty {
          found[name] = Array(Set(answer.servers).sorted { $0.text < $1.text }.prefix(Self.mostServers))
        } else {
          walks[name] = answer.zone.flatMap { place.isBelow($0) ? $0 : nil } ?? place.parent
        }
      }
    }
    return found
  }

  private static func servers(_ name: RecordName) -> Question { Question(name: name, type: .ns) }

  private func addresses(of servers: Set<RecordName>) throws -> [RecordName: [SocketAddress]] {
    let questions = servers.flatMap { [Question(name: $0, type: .a), Question(name: $0, type: .aaaa)] }
    let answers = try resolver.lookUp(questions, asker)
    var found: [RecordName: [SocketAddress]] = [:]
    for server in servers {
      let both = [answers[Question(name: server, type: .a)], answers[Question(name: server, type: .aaaa)]]
      let addresses = both.flatMap { $0?.addresses.prefix(Self.mostAddresses) ?? [] }
      if addresses.isEmpty, both.contains(where: { $0 == nil }) { continue }
      found[server] = addresses.map { SocketAddress(address: $0, port: Resolver.port) }
    }
    return found
  }
}

/// One of those who are to show a record. It may have several addresses.
struct NameServer {
  let name: String
  let addresses: [SocketAddress]
}
