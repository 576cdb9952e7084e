import Testing

@testable import ACMECore

@Suite struct TimestampTests {
  /// date -u -d TEXT +%s
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2016-01-05T14:09:07.99Z", 1_452_002_947), ("2000-02-29T23:59:59Z", 951_868_799),
    ("2026-11-23T23:33:47+01:00", 1_795_473_227), ("1969-12-31T23:59:59Z", -1),
    ("2100-03-01T00:00:00-00:30", 4_107_544_200),
    ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ("2016-12-31T23:59:60Z", 1_483_228_800), ("0000-01-01T00:00:00Z", -62_167_219_200),
    ("9999-12-31T23:59:59+00:01", 253_402_300_739), ("0000-01-01T00:00:00-00:01", -62_167_219_140),
    ("2024-02-29t00:00:00z", 1_709_164_800),
  ])
  func `times of RFC 3339`(_ text: String, _ seconds: Int64) throws {
    #expect(try Timestamp(text).seconds == seconds)
  }

  @Test(arguments: [
    "", "2026-11-23", "2026-11-23T23:33:47", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx",
    "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+25:00", "26-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
    // No year of four digits, once they are in UTC.
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:00-00:01", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00+00:01",
  ])
  func `what is no time is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try Timestamp(text) }
  }

  @Test(arguments: [0, 951_782_400, 951_868_799, 4_107_542_400, 1_795_473_227, 253_402_300_799])
  func `a time is written as it is read`(_ seconds: Int64) throws {
    let text = Timestamp(seconds: seconds).description
    #expect(text.utf8.count == 20)
    #expect(try Timestamp(text).seconds == seconds)
  }

  @Test func `no sum is later than can be written`() {
    #expect((Timestamp(seconds: 1) + .max).description == "9999-12-31T23:59:59Z")
  }

  @Test func `and none is earlier`() {
    #expect((Timestamp(seconds: -1) + .min).description == "0000-01-01T00:00:00Z")
    #expect((Timestamp(seconds: 0) + -253_402_300_799).description == "0000-01-01T00:00:00Z")
  }
}
