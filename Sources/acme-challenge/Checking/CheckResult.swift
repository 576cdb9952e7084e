import ACMECore

/// What was found of one name.
struct CheckResult {
  enum Verdict: String {
    case fine
    /// The CA would refuse the name.
    case wrong
    /// There was no way to look.
    case unclear
  }

  private(set) var verdict = Verdict.fine
  private var wrongs: [String] = []
  private var unclear: [String] = []
  private var fines: [String] = []
  /// What is no reason to refuse the name.
  private var remarks: [String] = []

  mutating func add(fine text: String) { fines.append(text) }

  mutating func add(remark text: String) { remarks.append(text) }

  mutating func add(wrong text: String) {
    verdict = .wrong
    wrongs.append(text)
  }

  mutating func add(unclear text: String) {
    if verdict == .fine { verdict = .unclear }
    unclear.append(text)
  }

  mutating func add(_ other: CheckResult) {
    wrongs += other.wrongs
    unclear += other.unclear
    fines += other.fines
    remarks += other.remarks
    if verdict == .fine || other.verdict == .wrong { verdict = other.verdict }
  }

  /// "www.example.org: wrong: 2001:db8::5 (AAAA) answers 404 (nginx); fine: http-01 at 192.0.2.1"
  func line(_ identifier: Identifier) -> String {
    var parts = wrongs + unclear + remarks
    if verdict == .fine {
      parts = fines + remarks
    } else if !fines.isEmpty {
      parts.append("fine: \(fines.joined(separator: "; "))")
    }
    return "\(identifier): \(verdict.rawValue): \(parts.joined(separator: "; "))".shown(limit: 2000)
  }
}
