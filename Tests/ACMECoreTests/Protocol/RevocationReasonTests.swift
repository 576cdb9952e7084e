import Testing

@testable import ACMECore

@Suite struct RevocationReasonTests {
  @Test(arguments: [
    ("unspecified", 0), ("keyCompromise", 1), ("KEYCOMPROMISE", 1), ("cACompromise", 2), ("affiliationChanged", 3),
    ("superseded", 4), ("cessationOfOperation", 5), ("certificateHold", 6), ("removeFromCRL", 8),
    ("privilegeWithdrawn", 9), ("aACompromise", 10), ("0", 0), ("1", 1), ("10", 10),
    ("7", nil), ("11", nil), ("-1", nil), ("01", nil), ("", nil), ("stolen", nil),
  ])
  func `a reason is one of RFC 5280's, by name or number`(_ text: String, _ number: Int?) {
    #expect(RevocationReason(text)?.rawValue == number)
  }
}
