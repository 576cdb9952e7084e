import ACMECore
import ACMENetwork
import ACMETool

/// Looks for the records of the DNS challenges as a CA does (RFC 8555 §8.4): at every name server of the zone.
struct DNSLook {
  let look: RecordsLook
  /// How long the name servers may take; nil to look but once.
  let patience: Int?
  let budget: Budget
  let tool: Tool

  /// One result for each of `proofs`, in their order. Throws `Interrupted`.
  func results(for proofs: [Proof]) throws -> [CheckResult] {
    let records = proofs.compactMap(\.record)
    guard !records.isEmpty else { return [] }
    tool.messages.progress("asking the name servers for the records")
    let found = try states(of: records)
    return proofs.map { proof in
      switch proof.record.flatMap({ found[$0.name] }) {
      case .success(let awaited)?: result(of: awaited, proof)
      case .failure(let failure)?: wrong(failure.message)
      case nil: CheckResult()
      }
    }
  }

  /// How the records stand, by their names. What is waited for isn't the tool's own time.
  private func states(of records: [TXTRecord]) throws -> [String: Result<AwaitedRecords, Failure>] {
    guard let patience else { return try states(of: records, budget) }
    return try budget.standingStill {
      try states(of: records, Budget(seconds: patience, clock: Signals.clock))
    }
  }

  private func states(of records: [TXTRecord], _ budget: Budget) throws -> [String: Result<AwaitedRecords, Failure>] {
    do {
      let awaited = try look.look(for: records, within: budget, isPatient: patience != nil)
      return Dictionary(uniqueKeysWithValues: awaited.map { ($0.name.text, .success($0)) })
    } catch let failure as Failure where failure.status == .personMustAct {
      // CNAMEs of one name that lead nowhere say nothing of the others.
      let names = Dictionary(grouping: records, by: \.name)
      guard names.count > 1 else { return Dictionary(uniqueKeysWithValues: names.keys.map { ($0, .failure(failure)) }) }
      return try names.values.reduce(into: [:]) { all, records in
        all.merge(try states(of: records, budget)) { first, _ in first }
      }
    }
  }

  private func wrong(_ text: String) -> CheckResult {
    var result = CheckResult()
    result.add(wrong: text)
    return result
  }

  private func result(of awaited: AwaitedRecords, _ proof: Proof) -> CheckResult {
    var result = CheckResult()
    let said = awaited.complaints.unique.map(\.text)
    if awaited.isShown {
      let servers = (awaited.servers ?? []).map(\.name).joined(separator: ", ")
      result.add(fine: "\(proof.type) at \(servers)")
    } else if awaited.lacking.isEmpty || patience == nil && budget.remaining <= 0 {
      result.add(unclear: (awaited.sentences + said).joined(separator: ", "))
    } else {
      awaited.sentences.forEach { result.add(wrong: $0) }
      said.forEach { result.add(remark: $0) }
      if awaited.end != awaited.name, proof.record?.target == nil {
        result.add(remark: "with --dns-follow the record is put where the CNAME leads")
      }
    }
    return result
  }
}
