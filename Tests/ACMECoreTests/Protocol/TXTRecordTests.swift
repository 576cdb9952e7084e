import Testing

@testable import ACMECore

/// Whether what a name server shows is the record that proves control.
@Suite struct TXTRecordTests {
  private func isShown(_ value: String, stays: Bool, by shown: [String]) throws -> Bool {
    try TXTRecord(name: "_record.example.org", value: value, stays: stays).isShown(by: shown.map { Array($0.utf8) })
  }

  @Test func `a value among others`() throws {
    #expect(try isShown("value", stays: false, by: ["other", "value"]))
    #expect(try !isShown("value", stays: false, by: ["other", "value ", "Value"]))
    #expect(try !isShown("value", stays: false, by: []))
  }

  @Test(arguments: [
    "ca.example; accounturi=https://ca.example/1", "CA.example;accounturi=https://ca.example/1",
    "ca.example; persistUntil=1800000000; accounturi=https://ca.example/1",
    "ca.example; accounturi=https://ca.example/1; policy=wildcard",
  ])
  func `one that stays, in other words`(_ shown: String) throws {
    #expect(try isShown("ca.example; accounturi=https://ca.example/1", stays: true, by: ["other", shown]))
  }

  @Test(arguments: [
    "ca.example", "other.example; accounturi=https://ca.example/1", "ca.example; accounturi=https://ca.example/2",
    "ca.example; accounturi=https://ca.example/1; accounturi=https://ca.example/1", "%",
  ])
  func `one that stays, and says something else`(_ shown: String) throws {
    #expect(try !isShown("ca.example; accounturi=https://ca.example/1", stays: true, by: [shown]))
  }
}
