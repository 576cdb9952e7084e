import ACMEClient
import ACMECore
import ACMETool

/// Looks for what http-01 shows as a CA does (RFC 8555 §8.3): at every address, on port 80, redirects followed.
struct HTTPLook {
  /// What CAs take, and no more.
  private static let mostRedirects = 10
  private static let redirects: Set = [301, 302, 303, 307, 308]
  private static let ports: Set = [80, 443]
  /// A CA is not more patient.
  private static let seconds = 10.0
  /// Several hosts in a row with several addresses each make many ways.
  private static let mostWays = 50

  let hosts: Hosts
  let visits: SiteVisits
  let tool: Tool

  /// One of those that a CA may take to what it looks for.
  private struct Way {
    let probe: Int
    /// An address of the name itself.
    let start: IPAddress
    var visit: SiteVisit
    var passed: [SiteVisit] = []
  }

  private enum Next {
    case end(End)
    /// A redirect.
    case on(SiteURL)
  }

  private enum End {
    case fine
    case wrong(String)
    case noRoute
    /// There was no way to look to the end.
    case unclear(String)
  }

  /// One result for each of `proofs`, in their order. Throws `Interrupted`.
  func results(for proofs: [Proof]) throws -> [CheckResult] {
    var results = [CheckResult](repeating: CheckResult(), count: proofs.count)
    var ends = [[(way: Way, end: End)]](repeating: [], count: proofs.count)
    var open = try start(proofs, &results)
    var known: [SiteVisit: SiteOutcome] = [:]
    while !open.isEmpty {
      let new = Array(Set(open.map(\.visit)).subtracting(known.keys))
      tool.messages.progress("looking at the web sites (\(new.count) addresses)")
      let outcomes = try visits.outcomes(of: new, each: Self.seconds, within: hosts.asker.budget)
      known.merge(zip(new, outcomes)) { $1 }
      var redirected: [(way: Way, url: SiteURL)] = []
      for way in open {
        guard let outcome = known[way.visit] else { continue }
        switch next(of: way, proofs[way.probe], outcome) {
        case .end(let end):
          say(way, proofs[way.probe], end)
          ends[way.probe].append((way, end))
        case .on(let url): redirected.append((way, url))
        }
      }
      open = try goOn(redirected, proofs, &ends)
    }
    for index in proofs.indices { results[index].add(Self.result(of: ends[index], proofs[index])) }
    return results
  }

  private func start(_ proofs: [Proof], _ results: inout [CheckResult]) throws -> [Way] {
    let answers = try hosts.answers(for: proofs.map(\.name))
    return proofs.enumerated().flatMap { index, proof -> [Way] in
      guard case .http(let token, let host, _) = proof.publication, let answer = answers[proof.name],
        let url = SiteURL("http://\(host)\(Publication.path(of: token))")
      else { return [] }
      results[index].note(answer)
      return answer.addresses.map { Way(probe: index, start: $0, visit: SiteVisit(url, at: $0)) }
    }
  }

  private func next(of way: Way, _ proof: Proof, _ outcome: SiteOutcome) -> Next {
    switch outcome {
    case .noRoute: return .end(.noRoute)
    case .silence(let how): return .end(.wrong(how))
    case .late: return .end(.unclear("wasn't looked at in the time allowed"))
    case .answer(let response):
      let server = response.header("server")
      guard Self.redirects.contains(response.status), let location = response.header("location") else {
        let found = HTTPProof(status: response.status, server: server, body: response.body)
        guard let expected = proof.keyAuthorization?.text, !found.shows(expected) else { return .end(.fine) }
        return .end(.wrong(found.inWords(instead: expected)))
      }
      return redirect(way, proof, to: location)
    }
  }

  private func redirect(_ way: Way, _ proof: Proof, to location: String) -> Next {
    let shown = location.shown(limit: 200)
    func wrong(_ reason: String) -> Next { .end(.wrong("redirects to \(shown), \(reason)")) }
    guard let url = way.visit.url.redirected(to: location) else { return wrong("which is no URL") }
    guard ["http", "https"].contains(url.scheme) else { return wrong("where no CA goes") }
    guard Self.ports.contains(url.port) else { return wrong("and CAs go to the ports 80 and 443 alone") }
    if case .dns = proof.identifier, IPAddress(url.host) != nil {
      return wrong("and CAs follow redirects to names, not to addresses")
    }
    guard !(way.passed + [way.visit]).contains(where: { $0.url == url }) else { return wrong("and so in a circle") }
    guard way.passed.count < Self.mostRedirects else { return wrong("which is one redirect too many") }
    return .on(url)
  }

  /// A redirect to the same host stays at the address that it came from; one to another goes to all of that.
  private func goOn(
    _ redirected: [(way: Way, url: SiteURL)], _ proofs: [Proof], _ ends: inout [[(way: Way, end: End)]]
  ) throws -> [Way] {
    let elsewhere = redirected.filter { $0.way.visit.url.host != $0.url.host }.map(\.url.host)
    let answers = try hosts.answers(for: elsewhere)
    var ways: [Int: [Way]] = [:]
    for (way, url) in redirected {
      var addresses = [way.visit.address]
      if way.visit.url.host != url.host {
        let answer = answers[url.host] ?? Hosts.Answer()
        addresses = answer.addresses
        if addresses.isEmpty {
          let why = answer.trouble ?? "that host isn't known"
          let what = "redirects to \(url.text.shown(limit: 200)), and \(why)"
          let end = answer.isUnknown ? End.unclear(what) : .wrong(what)
          say(way, proofs[way.probe], end)
          ends[way.probe].append((way, end))
        }
      }
      for address in addresses {
        var next = way
        next.passed.append(way.visit)
        next.visit = SiteVisit(url, at: address)
        ways[way.probe, default: []].append(next)
      }
    }
    return ways.sorted { $0.key < $1.key }.flatMap { $0.value.prefix(Self.mostWays) }
  }

  private func say(_ way: Way, _ proof: Proof, _ end: End) {
    let what =
      switch end {
      case .fine: "shows the probe"
      case .wrong(let how), .unclear(let how): how
      case .noRoute: "can't be reached from here"
      }
    tool.messages.step("\(proof.identifier): \(way.visit.url.text.shown(limit: 300)) at \(way.visit.address): \(what)")
  }

  private static func result(of ends: [(way: Way, end: End)], _ proof: Proof) -> CheckResult {
    var result = CheckResult()
    let starts = ends.map(\.way.start).unique
    let isLooked = ends.contains { if case .noRoute = $0.end { false } else { true } }
    var fine: [IPAddress] = []
    for start in starts {
      let mine = ends.filter { $0.way.start == start }
      var faults: [String] = []
      var isSeen = false
      for (way, end) in mine {
        switch end {
        case .fine: isSeen = true
        case .wrong(let how): faults.append(sentence(way, proof, how))
        case .noRoute where !isLooked:
          result.add(unclear: sentence(way, proof, "can't be reached from here"))
        case .unclear(let how): result.add(unclear: sentence(way, proof, how))
        case .noRoute: result.add(remark: sentence(way, proof, "can't be reached from here, and wasn't looked at"))
        }
      }
      faults.unique.forEach { result.add(wrong: $0) }
      if faults.isEmpty, isSeen { fine.append(start) }
    }
    if !fine.isEmpty { result.add(fine: "http-01 at \(fine.map(\.text).joined(separator: ", "))") }
    return result
  }

  /// "192.0.2.1 (A) redirects to https://example.net/, where 192.0.2.7 answers 404"
  private static func sentence(_ way: Way, _ proof: Proof, _ how: String) -> String {
    let start = way.start.inWords(of: proof.identifier)
    guard !way.passed.isEmpty else { return "\(start) \(how)" }
    let place = way.visit.address == way.start ? "which" : "where \(way.visit.address)"
    return "\(start) redirects to \(way.visit.url.text.shown(limit: 200)), \(place) \(how)"
  }
}
