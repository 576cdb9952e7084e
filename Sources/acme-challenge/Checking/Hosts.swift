import ACMECore

/// Where hosts are, as the DNS says it (and no file of this machine).
struct Hosts {
  /// Of more than these of each family the first are looked at.
  private static let mostAddresses = 8

  let resolver: Resolver
  let asker: Asker
  /// Whether it is looked at for a CA that is somewhere in the public network.
  let isForPublicCA: Bool

  struct Answer {
    /// In the order in which CAs try them: IPv6 first.
    var addresses: [IPAddress] = []
    /// Why there are none, or none of one family.
    var trouble: String?
    /// Whether nobody says whether there are any.
    var isUnknown = false
    /// Those that are seen from here alone, if at all.
    var hidden: [IPAddress] = []
  }

  /// One answer for each of `names`, an address being its own. Throws `Interrupted`.
  func answers(for names: some Sequence<String>) throws -> [String: Answer] {
    var answers: [String: Answer] = [:]
    var asked: [String: RecordName] = [:]
    for name in Set(names) {
      if let address = IPAddress(name) {
        answers[name] = Answer(addresses: [address])
      } else if let record = try? RecordName(name) {
        asked[name] = record
      } else {
        answers[name] = Answer(trouble: "\(name.shown(limit: 100)) is no name that the DNS could have")
      }
    }
    let questions = asked.values.flatMap { name in [RecordType.aaaa, .a].map { Question(name: name, type: $0) } }
    let findings = try resolver.lookUp(questions, asker)
    for (name, record) in asked {
      answers[name] = Self.answer(
        record, [RecordType.aaaa, .a].compactMap { findings[Question(name: record, type: $0)] })
    }
    guard isForPublicCA else { return answers }
    return answers.mapValues { answer in
      var answer = answer
      answer.hidden = answer.addresses.filter(\.isSpecial)
      return answer
    }
  }

  private static func answer(_ name: RecordName, _ findings: [Finding]) -> Answer {
    var answer = Answer()
    answer.addresses = findings.flatMap { $0.response?.addresses.prefix(mostAddresses) ?? [] }
    let open = findings.filter { $0.response == nil }
    guard open.isEmpty else {
      let complaints = open.flatMap(\.complaints).unique.map(\.text)
      answer.trouble =
        complaints.isEmpty
        ? "\(name) wasn't looked up in the time allowed" : complaints.joined(separator: ", ")
      answer.isUnknown = answer.addresses.isEmpty && !open.contains(where: \.isFailed)
      return answer
    }
    guard answer.addresses.isEmpty else { return answer }
    let isNoSuchName = findings.contains { $0.response?.isNoSuchName ?? false }
    answer.trouble = isNoSuchName ? "there is no \(name) in the DNS" : "\(name) has neither A nor AAAA records"
    return answer
  }
}

extension IPAddress {
  /// As it stands in a URL.
  var asHost: String { octets.count == 16 ? "[\(text)]" : text }

  /// "192.0.2.1 (A)"
  func inWords(of identifier: Identifier) -> String {
    if case .ip = identifier { return text }
    return "\(text) (\(octets.count == 16 ? "AAAA" : "A"))"
  }
}

extension CheckResult {
  /// Notes what is the matter with the addresses of a name.
  mutating func note(_ answer: Hosts.Answer) {
    for address in answer.hidden {
      add(remark: "\(address) isn't of the public network: the CA sees another address, or none")
    }
    guard let trouble = answer.trouble else { return }
    if !answer.addresses.isEmpty {
      add(remark: trouble)
    } else if answer.isUnknown {
      add(unclear: trouble)
    } else {
      add(wrong: trouble)
    }
  }
}
