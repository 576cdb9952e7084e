import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct HeaderTests {
  private let now = Timestamp(seconds: 1_795_435_200)  // 2026-11-23T12:00:00Z

  @Test(arguments: [
    ("120", 120), ("0", 0), (" 5 ", 5), ("Mon, 23 Nov 2026 12:00:10 GMT", 10), ("Mon, 23 Nov 2020 12:00:10 GMT", 0),
    ("99999999999999999999", 31_622_400), ("1000000000", 31_622_400),
  ])
  func `Retry-After is seconds or a date, within reason`(_ text: String, _ seconds: Double) {
    #expect(RetryAfter(text, now: now)?.seconds == seconds)
  }

  @Test func `a clock that is wrong, ours or the CA's, makes no long wait of a date in Retry-After`() {
    for days in [-2, 0, 2] as [Int64] {
      for (ours, theirs) in [(days, 0), (0, days)] as [(Int64, Int64)] {
        let retryAfter = RetryAfter(
          "Mon, 23 Nov 2026 12:00:20 GMT", now: now + ours * 86400, theirs: now + theirs * 86400)
        #expect(retryAfter?.seconds == 20)
      }
    }
  }

  @Test(arguments: ["", "soon", "-5", "1.5", "12x", String(repeating: "1x", count: 100)])
  func `a Retry-After that is neither says nothing`(_ text: String) {
    #expect(RetryAfter(text, now: now) == nil)
  }

  @Test(arguments: ["Mon, 23 Nov 2026 12:00:00 GMT", "Monday, 23-Nov-26 12:00:00 GMT", "Mon Nov 23 12:00:00 2026"])
  func `a date has three forms`(_ text: String) {
    #expect(HTTPDate.read(text) == now)
  }

  @Test(arguments: ["", "yesterday", "Mon, 99 Nov 2026 12:00:00 GMT", String(repeating: "Mon, ", count: 20)])
  func `what is no date says nothing`(_ text: String) {
    #expect(HTTPDate.read(text) == nil)
  }

  @Test func `links are found by their relation`() {
    let response = HTTPResponse(
      status: 200,
      headers: [
        ("link", #"<https://ca.example/dir>;rel="index""#),
        ("link", #"<https://ca.example/a>; rel=alternate, <https://ca.example/b>;title="x";rel="up alternate""#),
        ("link", "garbage"), ("link", ">x<;rel=help"),
      ])
    #expect(response.links("alternate") == ["https://ca.example/a", "https://ca.example/b"])
    #expect(response.links("index") == ["https://ca.example/dir"])
    #expect(response.links("help").isEmpty)
  }

  @Test(arguments: [
    (["120", "120"], "120"), (["120, 120"], "120"), (["120,120 ,120"], "120"), (["", "120"], "120"),
    (["https://ca.example/a,b"], "https://ca.example/a,b"), (["1, 2"], "1, 2"), (["a, b, a"], "a, b, a"), ([], nil),
    (["Sun, 06 Nov 1994 08:49:37 GMT"], "Sun, 06 Nov 1994 08:49:37 GMT"),
    (["Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"], "Sun, 06 Nov 1994 08:49:37 GMT"),
  ])
  func `a header that a proxy repeats says what it says once`(_ values: [String], _ value: String?) {
    let response = HTTPResponse(status: 200, headers: values.map { ("retry-after", $0) })
    #expect(response.header("retry-after") == value)
  }

  @Test func `a link that a proxy repeats is one`() {
    let link = ("link", "<https://ca.example/a>;rel=\"help\"")
    #expect(HTTPResponse(status: 200, headers: [link, link]).links("help") == ["https://ca.example/a"])
  }

  @Test(arguments: [
    (["LANG": "de_DE.UTF-8"], "de-DE, de;q=0.9, en;q=0.5"), (["LC_ALL": "C.UTF-8", "LANG": "de_DE"], "en"),
    (["LANG": "en_US.UTF-8"], "en-US, en;q=0.9"), ([:], "en"), (["LANG": "x\r\nEvil: y"], "en"),
    (["LANG": "fr"], "fr, en;q=0.5"),
  ])
  func `the locale says which language errors should be in`(_ environment: [String: String], _ header: String) {
    #expect(CurlTransport.language(Environment(environment.map { Octets("\($0)=\($1)") })) == header)
  }
}
