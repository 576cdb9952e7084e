import Testing

@testable import ACMECore

@Suite struct CertificateTimeTests {
  private func time(_ text: String, isGeneralized: Bool = false) throws -> String {
    try Timestamp(certificateTime: Array(text.utf8), isGeneralized: isGeneralized).description
  }

  @Test(arguments: [
    ("261123120000Z", "2026-11-23T12:00:00Z"), ("491231235959Z", "2049-12-31T23:59:59Z"),
    ("500101000000Z", "1950-01-01T00:00:00Z"), ("691231235959Z", "1969-12-31T23:59:59Z"),
    ("000229000000Z", "2000-02-29T00:00:00Z"),
  ])
  func `a UTCTime is of 1950 to 2049`(_ text: String, _ expected: String) throws {
    #expect(try time(text) == expected)
  }

  @Test(arguments: [
    ("00010101000000Z", "0001-01-01T00:00:00Z"), ("19000101000000Z", "1900-01-01T00:00:00Z"),
    ("20500101000000Z", "2050-01-01T00:00:00Z"), ("99991231235959Z", "9999-12-31T23:59:59Z"),
  ])
  func `a GeneralizedTime is of any year`(_ text: String, _ expected: String) throws {
    #expect(try time(text, isGeneralized: true) == expected)
  }

  @Test(arguments: [
    "", "Z", "2611231200Z", "261123120000", "261123120000+0100", "261323120000Z", "260229000000Z", "261123250000Z",
    "26112312000 Z", "20261123120000Z", "261123120000z",
  ])
  func `another form is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try time(text) }
  }

  @Test(arguments: ["20261123120000.5Z", "202611231200Z", "261123120000Z", "20261123120000", "20261123120000-0100"])
  func `so is another form of a GeneralizedTime`(_ text: String) {
    #expect(throws: Malformed.self) { try time(text, isGeneralized: true) }
  }
}
