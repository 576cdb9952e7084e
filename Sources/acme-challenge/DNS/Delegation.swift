import ACMECore

/// Where a record really stands, and who serves it. What can't be found out now may be, later.
struct Delegation {
  /// Of more than these the first by name are asked.
  private static let mostServers = 16
  /// Of each server and family.
  private static let mostAddresses = 4

  let resolver: Resolver
  let asker: Asker

  /// The end of the CNAMEs that begin at each name, or how far along them it is known.
  ///
  /// Throws `Failure` 78 where they lead in a circle, or nowhere.
  func ends(of names: Set<RecordName>) throws -> [RecordName: Sought<RecordName>] {
    var ends: [RecordName: Sought<RecordName>] = [:]
    var ways = names.map { [$0] }
    while !ways.isEmpty {
      let findings = try resolver.lookUp(Set(ways.compactMap(\.last)).map(Self.alias), asker)
      ways = try ways.compactMap { way in
        guard let first = way.first, let last = way.last, let finding = findings[Self.alias(last)] else { return nil }
        guard let alias = finding.response?.alias else {
          ends[first] = Sought(value: last, isSettled: finding.response != nil, complaints: finding.complaints)
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
    guard way.count <= DNSResponse.mostAliases else {
      throw Failure(.personMustAct, "\(begin) leads on along more than \(DNSResponse.mostAliases) others")
    }
    return next
  }

  /// The zone that each name is in; nil where that isn't known.
  func zones(of names: Set<RecordName>) throws -> [RecordName: Sought<Zone?>] {
    let found = try delegations(of: names)
    let zones = try locate(found.compactMapValues(\.value))
    return found.mapValues { found in
      Sought(value: nil, complaints: found.complaints)
    }.merging(zones) { found, zone in
      Sought(
        value: zone.value, isSettled: zone.isSettled && found.complaints.isEmpty,
        complaints: found.complaints + zone.complaints)
    }
  }

  /// The zones with what their servers' names lead to.
  func locate<Key>(_ delegations: [Key: (zone: RecordName, servers: [RecordName])]) throws -> [Key: Sought<Zone?>] {
    let names = delegations.mapValues { Set($0.servers).sorted { $0.text < $1.text }.prefix(Self.mostServers) }
    let addresses = try addresses(of: Set(names.values.joined()))
    return delegations.reduce(into: [:]) { zones, delegation in
      let found = names[delegation.key, default: []].compactMap { name in addresses[name].map { (name, $0) } }
      // One whose addresses aren't known yet mustn't be passed over; one that has none can't be asked by anybody.
      let servers = found.filter { !$1.isSettled || !$1.value.isEmpty }.map { name, addresses in
        NameServer(name: name.text, addresses: addresses.value)
      }
      zones[delegation.key] = Sought(
        value: Zone(name: delegation.value.zone, servers: servers), isSettled: found.allSatisfy(\.1.isSettled),
        complaints: found.flatMap(\.1.complaints))
    }
  }

  /// The zones, found by walking up from each name to where one begins. An error is no reason to stop: servers that
  /// know nothing but TXT records are common.
  private func delegations(
    of names: Set<RecordName>
  ) throws -> [RecordName: Sought<(zone: RecordName, servers: [RecordName])?>] {
    var found = Dictionary(
      uniqueKeysWithValues: names.map { ($0, Sought<(zone: RecordName, servers: [RecordName])?>(value: nil)) })
    var walks = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
    while !walks.isEmpty {
      let findings = try resolver.lookUp(Set(walks.values).map(Self.servers), asker)
      for (name, place) in walks {
        walks[name] = nil
        guard let finding = findings[Self.servers(place)] else { continue }
        found[name]?.complaints += finding.complaints
        if let servers = finding.response?.servers, !servers.isEmpty {
          found[name]?.value = (place, servers)
        } else if let response = finding.response {
          walks[name] = response.zone.flatMap { place.isBelow($0) ? $0 : nil } ?? place.parent
        } else if finding.isRefused {
          walks[name] = place.parent
        }
      }
    }
    return found
  }

  private static func servers(_ name: RecordName) -> Question { Question(name: name, type: .ns) }

  private func addresses(of servers: Set<RecordName>) throws -> [RecordName: Sought<[SocketAddress]>] {
    let questions = servers.flatMap { [Question(name: $0, type: .a), Question(name: $0, type: .aaaa)] }
    let findings = try resolver.lookUp(questions, asker)
    return servers.reduce(into: [:]) { found, server in
      let both = [RecordType.a, .aaaa].compactMap { findings[Question(name: server, type: $0)] }
      let addresses = both.flatMap { $0.response?.addresses.prefix(Self.mostAddresses) ?? [] }
      let isSettled = !addresses.isEmpty || both.allSatisfy { $0.response != nil }
      found[server] = Sought(
        value: addresses.map { SocketAddress(address: $0, port: Resolver.port) }, isSettled: isSettled,
        complaints: isSettled ? [] : both.flatMap(\.complaints))
    }
  }
}

/// A zone, and who serves it.
struct Zone {
  let name: RecordName
  let servers: [NameServer]
}

/// One of those who are to show a record. It may have several addresses, and none while they aren't known.
struct NameServer {
  let name: String
  let addresses: [SocketAddress]
}
