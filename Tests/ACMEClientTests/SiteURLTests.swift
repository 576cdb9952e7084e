import Testing

@testable import ACMEClient

/// Where redirects lead (RFC 9110 §10.2.2, RFC 3986 §5).
@Suite struct SiteURLTests {
  private static let start = "http://example.org/.well-known/acme-challenge/token"

  @Test(arguments: [
    ("https://example.org/a", "https://example.org/a", "https", "example.org", 443),
    ("//Example.NET/a", "http://Example.NET/a", "http", "example.net", 80),
    ("/a?b#c", "http://example.org/a?b", "http", "example.org", 80),
    ("other", "http://example.org/.well-known/acme-challenge/other", "http", "example.org", 80),
    ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/", "http", "2001:db8::1", 8080),
    ("HTTP://example.org", "http://example.org/", "http", "example.org", 80),
  ])
  func `a redirect`(_ location: String, _ text: String, _ scheme: String, _ host: String, _ port: Int) throws {
    let url = try #require(SiteURL(Self.start)?.redirected(to: location))
    #expect(url.text == text)
    #expect(url.scheme == scheme)
    #expect(url.host == host)
    #expect(url.port == port)
  }

  @Test func `another scheme is one`() {
    #expect(SiteURL(Self.start)?.redirected(to: "ftp://example.org/")?.scheme == "ftp")
  }

  @Test(arguments: ["http://", "http://example.org:99999/", "a\r\nb", "\u{0}", "javascript:alert(1)"])
  func `what is none`(_ location: String) { #expect(SiteURL(Self.start)?.redirected(to: location) == nil) }

  @Test func `one that is too long`() {
    #expect(SiteURL(Self.start)?.redirected(to: "/" + String(repeating: "a", count: 5000)) == nil)
  }
}
