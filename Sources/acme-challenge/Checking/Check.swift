import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// Looks at names as the CA would if they were ordered.
struct Check {
  private let tool: Tool
  private let applicant: CheckedApplicant
  private let client: Client
  private let resolver: Resolver
  private let following: Following
  private let look: RecordsLook
  /// How long the name servers may take to show what is put there.
  private let dnsWait: Int?

  private var asker: Asker { Asker(budget: client.budget) }

  init(_ options: CheckVerb, _ tool: Tool) throws {
    let account = try options.account.load(tool)
    let directory = try options.ca.directory(of: account?.ca.directory, tool)
    self.tool = tool
    applicant = CheckedApplicant(account: account, directory: directory)
    client = try options.ca.client(for: directory, known: account?.ca, signer: nil, tool)
    guard client.world.hasDNS else {
      throw Failure(.usage, "check looks at the DNS and at the sites themselves, of which a trace has nothing")
    }
    resolver = try options.resolver.resolver.map { Resolver($0) } ?? Resolver.ofThisMachine()
    following = try Following(options.follow, asking: options.resolver, client.budget)
    look = try RecordsLook(asking: options.resolver.resolver, tool)
    dnsWait = options.wait.dnsWait
  }

  /// What is found of each of `identifiers`; what is put in place for that is gone by then.
  func results(for identifiers: [Identifier], by solvers: Solvers) throws -> [Identifier: CheckResult] {
    let proofs = try probes(for: identifiers, by: solvers)
    defer { tool.messages.progress(nil) }
    let permissions = try permissions(for: proofs)
    var results = Dictionary(uniqueKeysWithValues: identifiers.map { ($0, CheckResult()) })
    tool.explainProbes(proofs)
    Signals.hold()
    let inPlace = InPlace(by: solvers, tool, client.budget)
    do {
      try inPlace.publish(proofs)
      for (identifier, result) in try found(proofs) + permissions { results[identifier]?.add(result) }
    } catch {
      inPlace.clean(after: false)
      throw error
    }
    inPlace.clean(after: results.values.allSatisfy { $0.verdict == .fine })
    if Signals.isPending { throw Interrupted() }
    Signals.release()
    return results
  }

  /// Where a record is to be put, the DNS alone says.
  private func probes(for identifiers: [Identifier], by solvers: Solvers) throws -> [Proof] {
    let proofs = try identifiers.map { identifier in
      guard let type = solvers.challengeType(for: identifier) else { throw Solvers.missing(for: [identifier]) }
      return try applicant.probe(for: identifier, by: type)
    }
    func place(of proof: Proof) throws -> RecordName? {
      guard let record = proof.record, !record.stays else { return nil }
      return try reading("the record of a probe") { try RecordName(record.name) }
    }
    let targets = try following.targets(of: Set(proofs.compactMap(place)))
    return try proofs.map { proof in
      guard let target = try place(of: proof).flatMap({ targets[$0] }) else { return proof }
      return try applicant.probe(for: proof.identifier, by: proof.type, target: target)
    }
  }

  private func found(_ proofs: [Proof]) throws -> [(Identifier, CheckResult)] {
    let isPublic = KnownDirectory.allCases.map(\.url).contains(applicant.directory)
    let hosts = Hosts(resolver: resolver, asker: asker, isForPublicCA: isPublic)
    let visits = try SiteVisits(tool: "\(tool.name)/\(suiteVersion)", isInterrupted: { Signals.isPending })
    let byDNS = proofs.filter { $0.record != nil }
    let byHTTP = proofs.filter { $0.type == .http01 }
    let byTLS = proofs.filter { $0.type == .tlsALPN01 }
    // The name servers are waited for before anything else is looked at, as the CA is told only then.
    let dns = try DNSLook(look: look, patience: dnsWait, budget: client.budget, tool: tool).results(for: byDNS)
    let http = try HTTPLook(hosts: hosts, visits: visits, tool: tool).results(for: byHTTP)
    let tls = try TLSLook(hosts: hosts, tool: tool).results(for: byTLS)
    return zip(byDNS + byHTTP + byTLS, dns + http + tls).map { ($0.identifier, $1) }
  }

  private func permissions(for proofs: [Proof]) throws -> [(Identifier, CheckResult)] {
    let found = try CAALook(resolver: resolver, asker: asker, tool: tool).found(for: proofs.map(\.identifier))
    var decisions = proofs.map { decision(on: $0, found[$0.identifier], issuers: nil) }
    // Only where it matters the CA is asked for its names.
    if decisions.contains(where: \.isUnknown), let issuers = try caaIdentities() {
      decisions = proofs.map { decision(on: $0, found[$0.identifier], issuers: issuers) }
    }
    return zip(proofs, decisions).map { proof, decision in
      var result = CheckResult()
      switch (found[proof.identifier], decision) {
      case (.failed(let said)?, _): result.add(wrong: "\(said), and no CA may issue that can't see them")
      case (.unknown(let said)?, _): result.add(remark: "whether there are CAA records isn't known: \(said)")
      case (.some(let set)?, let decision?):
        let records = "the CAA records of \(set.domain)"
        tool.messages.step("\(proof.identifier): \(records) \(decision.inWords)")
        switch decision {
        case .allowed: result.add(fine: "\(records) \(decision.inWords)")
        case .forbidden: result.add(wrong: "\(records) \(decision.inWords)")
        case .unknown: result.add(remark: "\(records) \(decision.inWords)")
        }
      default: break
      }
      return (proof.identifier, result)
    }
  }

  /// nil where there are no records.
  private func decision(on proof: Proof, _ found: CAALook.Found?, issuers: [String]?) -> CAASet.Decision? {
    guard case .some(let set)? = found else { return nil }
    return set.decision(
      on: CAARequest(
        issuers: issuers, account: applicant.account?.url, method: proof.type, isWildcard: proof.identifier.isWildcard))
  }

  /// The names by which the CA goes; nil where it can't be asked, which is said.
  private func caaIdentities() throws -> [String]? {
    if let account = applicant.account { return account.ca.endpoints.caaIdentities }
    do { return try client.ca().endpoints.caaIdentities } catch let failure as Failure {
      tool.messages.warning("CAA records can't be compared with the CA's names: \(failure.message)")
      return nil
    }
  }
}

extension CAASet.Decision {
  fileprivate var inWords: String {
    switch self {
    case .allowed: "allow it"
    case .forbidden(let reason), .unknown(let reason): reason
    }
  }
}

extension CAASet.Decision? {
  fileprivate var isUnknown: Bool { if case .unknown? = self { true } else { false } }
}
