/// Why a certificate is revoked (RFC 5280 §5.3.1). Which of them a CA takes is for the CA to say.
package enum RevocationReason: Int, CaseIterable, Sendable {
  case unspecified = 0
  case keyCompromise = 1
  case cACompromise = 2
  case affiliationChanged = 3
  case superseded = 4
  case cessationOfOperation = 5
  case certificateHold = 6
  // 7 is not used.
  case removeFromCRL = 8
  case privilegeWithdrawn = 9
  case aACompromise = 10

  /// Reads a name, in whatever case, or a number.
  package init?(_ text: String) {
    let found = Self.allCases.first { $0.name.lowercased() == text.lowercased() || String($0.rawValue) == text }
    guard let found else { return nil }
    self = found
  }

  package var name: String { "\(self)" }
}
