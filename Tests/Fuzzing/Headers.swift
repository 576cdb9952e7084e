@testable import ACMEClient
@testable import ACMECore

let headerParsers = [
  Parser(text: "Link") { text in
    let response = HTTPResponse(status: 200, headers: [("link", text)])
    for link in response.links("up") + response.links("next") {
      _ = try? ACMEURL(link, from: ACMEURL("https://ca.example/certificate/1"))
    }
  },
  Parser(text: "Retry-After") { text in
    let now = try Timestamp("2026-11-27T00:00:00Z")
    let response = HTTPResponse(status: 503, headers: [("retry-after", text), ("date", text)])
    guard let after = response.retryAfter(now: now) else { return }
    expect((0...Double(RetryAfter.maxSeconds)).contains(after.seconds), "a pause is longer than any")
  },
  Parser(text: "Location") { text in
    _ = SiteURL(text)
    guard let base = SiteURL("http://a.example/"), let url = base.redirected(to: text) else { return }
    expect(!url.host.isEmpty, "there is no host")
  },
  Parser(text: "one that a proxy has put together") { text in
    expect("\(text), \(text)".withoutRepetition.utf8.count <= text.utf8.count * 2 + 2, "it grows")
  },
]
