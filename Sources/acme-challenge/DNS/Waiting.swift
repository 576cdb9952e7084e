import ACMECore
import ACMENetwork

extension OrderRun {
  /// Waits for the records by which names are to be proved. That time isn't the tool's own. Where there is no DNS,
  /// nothing is waited for.
  func waitForRecords(_ option: WaitOption, asking resolver: ResolverOption) throws {
    guard let seconds = option.dnsWait, client.world.hasDNS else { return }
    let records = document.authorizations.compactMap { authorization -> TXTRecord? in
      guard authorization.status == .pending, let chosen = authorization.chosen, chosen.status == .pending,
        case .dns(let record) = document.publication(chosen, of: authorization), !record.stays
      else { return nil }
      return record
    }
    if !records.isEmpty { tool.messages.step("waiting up to \(seconds) s for the name servers to show the records") }
    try client.budget.standingStill {
      try DNSWait(seconds: seconds, asking: resolver.resolver, tool).run(for: records)
    }
  }
}
