import ACMECore
import ACMETool
import Glibc

/// Looks for what tls-alpn-01 shows as a CA does (RFC 8737 §3): at every address, on port 443.
struct TLSLook {
  private static let port: UInt16 = 443
  private static let mostAtOnce = 20
  /// A CA is not more patient.
  private static let seconds = 10.0

  let hosts: Hosts
  let tool: Tool

  private struct Place {
    let probe: Int
    let address: IPAddress
    let name: String
  }

  /// One result for each of `proofs`, in their order. Throws `Interrupted`.
  func results(for proofs: [Proof]) throws -> [CheckResult] {
    var results = [CheckResult](repeating: CheckResult(), count: proofs.count)
    let answers = try hosts.answers(for: proofs.map(\.name))
    let places = proofs.enumerated().flatMap { index, proof -> [Place] in
      guard let answer = answers[proof.name], case .tls(let name, _) = proof.publication else { return [] }
      results[index].note(answer)
      return answer.addresses.map { Place(probe: index, address: $0, name: name) }
    }
    if !places.isEmpty { tool.messages.progress("looking for the certificates at \(places.count) addresses") }
    let outcomes = try outcomes(at: places)
    for (index, proof) in proofs.enumerated() {
      let mine = zip(places, outcomes).filter { $0.0.probe == index }.map { ($0.0.address, $0.1) }
      results[index].add(result(of: proof, mine))
    }
    return results
  }

  private func result(of proof: Proof, _ outcomes: [(IPAddress, TLSVisit.Outcome)]) -> CheckResult {
    var result = CheckResult()
    let isLooked = outcomes.contains { if case .noRoute = $0.1 { false } else { true } }
    var fine: [IPAddress] = []
    for (address, outcome) in outcomes {
      let place = address.inWords(of: proof.identifier)
      let fault = fault(in: outcome, proof)
      tool.messages.step("\(proof.identifier): port \(Self.port) of \(address): \(fault ?? "shows the probe")")
      switch (outcome, fault) {
      case (_, nil): fine.append(address)
      case (.late, let fault?): result.add(unclear: "\(place) \(fault)")
      case (.noRoute, let fault?) where isLooked: result.add(remark: "\(place) \(fault), and wasn't looked at")
      case (.noRoute, let fault?): result.add(unclear: "\(place) \(fault)")
      case (_, let fault?): result.add(wrong: "\(place) \(fault)")
      }
    }
    if !fine.isEmpty { result.add(fine: "tls-alpn-01 at \(fine.map(\.text).joined(separator: ", "))") }
    return result
  }

  /// nil where the proof is seen.
  private func fault(in outcome: TLSVisit.Outcome, _ proof: Proof) -> String? {
    switch outcome {
    case .late: return "wasn't looked at in the time allowed"
    case .noRoute: return "can't be reached from here"
    case .silence(let how): return how
    case .shown(let certificate, let isForACME):
      guard let keyAuthorization = proof.keyAuthorization else { return nil }
      let fault = ValidationCertificate.fault(in: certificate, for: proof.identifier, keyAuthorization)
      return isForACME ? fault : "doesn't speak acme-tls/1" + (fault.map { " and \($0)" } ?? "")
    }
  }

  private func outcomes(at places: [Place]) throws -> [TLSVisit.Outcome] {
    let budget = hosts.asker.budget
    var outcomes = [TLSVisit.Outcome](repeating: .late, count: places.count)
    var waiting = places.indices
    var open: [(index: Int, visit: TLSVisit, end: Double, turn: Turn)] = []
    while true {
      let now = budget.clock.monotonic()
      while open.count < Self.mostAtOnce, let turn = budget.turn(of: Self.seconds), let index = waiting.popFirst() {
        let server = SocketAddress(address: places[index].address, port: Self.port)
        open.append((index, try TLSVisit(server, name: places[index].name), now + turn.seconds, turn))
      }
      for one in open where one.visit.outcome == nil && one.end <= now { one.visit.giveUp(after: one.turn) }
      for one in open { if let outcome = one.visit.outcome { outcomes[one.index] = outcome } }
      open.removeAll { $0.visit.outcome != nil }
      guard !open.isEmpty else {
        guard !waiting.isEmpty, budget.remaining > 0 else { return outcomes }
        continue
      }
      var ready = open.map { pollfd(fd: $0.visit.socket, events: Int16($0.visit.awaited), revents: 0) }
      poll(&ready, nfds_t(ready.count), 100)
      if Signals.isPending { throw Interrupted() }
      for (one, state) in zip(open, ready) where state.revents != 0 { one.visit.goOn() }
    }
  }
}
