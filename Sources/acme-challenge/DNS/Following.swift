import ACMEClient
import ACMECore
import ACMENetwork

/// Where records are put: where they belong; or, if that is wanted, where the CNAMEs lead that stand in their place.
struct Following {
  /// nil where no CNAME is followed.
  private let resolver: Resolver?
  private let budget: Budget

  /// Throws `Failure` 64 where CNAMEs are to be followed in a world that has no DNS.
  init(_ option: FollowOption, asking resolver: ResolverOption, _ budget: Budget, in world: World? = nil) throws {
    self.budget = budget
    guard option.dnsFollow else {
      self.resolver = nil
      return
    }
    guard world?.hasDNS ?? true else {
      throw Failure(.usage, "--dns-follow asks the DNS, of which a trace has nothing")
    }
    self.resolver = try resolver.resolver.map { Resolver($0) } ?? Resolver.ofThisMachine()
  }

  /// The document, in which it is noted where the records of the DNS challenges that `isMeant` have to be put.
  ///
  /// Where that is, the DNS alone says: a document that was on another host could name anyone's zone. Throws
  /// `Failure` 64 for one that names a place of its own, where the DNS isn't to be asked.
  func following(
    _ document: OrderDocument,
    isMeant: (Authorization, Challenge) -> Bool = { $0.status == .pending && ($0.chosen == nil || $1.isChosen) }
  ) throws -> OrderDocument {
    var names: [(authorization: Int, challenge: Int, name: RecordName)] = []
    for (index, authorization) in document.authorizations.enumerated() {
      for (place, challenge) in authorization.challenges.enumerated() where isMeant(authorization, challenge) {
        guard case .dns(let record) = document.publication(challenge, of: authorization), !record.stays else {
          continue
        }
        guard resolver != nil else {
          guard let target = record.target else { continue }
          throw Self.unfollowed(record.name, target)
        }
        names.append((index, place, try reading("the record to publish") { try RecordName(record.name) }))
      }
    }
    guard resolver != nil else { return document }
    let targets = try targets(of: Set(names.map(\.name)))
    var document = document
    for (authorization, challenge, name) in names {
      document.authorizations[authorization].challenges[challenge].target = targets[name]
    }
    return document
  }

  /// Where CNAMEs lead that stand at some of `names`, if they are to be followed.
  ///
  /// Throws `Failure` 75 where nobody says whether one does.
  func targets(of names: Set<RecordName>) throws -> [RecordName: RecordName] {
    guard let resolver, !names.isEmpty else { return [:] }
    let ends = try Delegation(resolver: resolver, asker: Asker(budget: budget)).ends(of: names)
    var targets: [RecordName: RecordName] = [:]
    for name in names {
      guard let end = ends[name], end.isSettled else {
        let said = (ends[name]?.complaints ?? []).unique.map { "; \($0.text)" }.joined()
        throw Failure(
          .notNow, "no name server says whether a CNAME stands at \(name)\(said)", hint: "--resolver says whom to ask")
      }
      targets[name] = end.value == name ? nil : end.value
    }
    return targets
  }

  private static func unfollowed(_ name: String, _ target: RecordName) -> Failure {
    Failure(
      .usage,
      "the order document puts the record of \(name) at \(target), and nobody has looked whether a CNAME leads there",
      hint: "give --dns-follow, which looks")
  }
}
