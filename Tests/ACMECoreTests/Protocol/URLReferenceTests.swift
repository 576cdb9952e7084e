import Testing

@testable import ACMECore

@Suite struct URLReferenceTests {
  /// RFC 3986 §5.4, at an https URL.
  @Test(arguments: [
    ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"), ("g?y", "/b/c/g?y"),
    (";x", "/b/c/;x"), ("g;x?y", "/b/c/g;x?y"), ("", "/b/c/d;p?q"), (".", "/b/c/"), ("./", "/b/c/"), ("..", "/b/"),
    ("../", "/b/"), ("../g", "/b/g"), ("../..", "/"), ("../../", "/"), ("../../g", "/g"), ("../../../g", "/g"),
    ("/./g", "/g"), ("/../g", "/g"), ("g.", "/b/c/g."), ("..g", "/b/c/..g"), ("./../g", "/b/g"), ("./g/.", "/b/c/g/"),
    ("g/./h", "/b/c/g/h"), ("g/../h", "/b/c/h"), ("g;x=1/../y", "/b/c/y"), ("g?y/../x", "/b/c/g?y/../x"),
    ("/a//b", "/a//b"), ("g/x:y", "/b/c/g/x:y"),
  ])
  func `a part of a URL`(_ reference: String, _ target: String) throws {
    let base = try ACMEURL("https://CA.example:8443/b/c/d;p?q")
    #expect(try ACMEURL(reference, from: base).text == "https://CA.example:8443\(target)")
  }

  @Test func `a URL without a path`() throws {
    #expect(try ACMEURL("g", from: ACMEURL("https://ca.example")).text == "https://ca.example/g")
    #expect(try ACMEURL("g", from: ACMEURL("https://ca.example?q")).text == "https://ca.example/g")
  }

  @Test func `a whole URL`() throws {
    let base = try ACMEURL("https://ca.example/b")
    for text in ["https://other.example/./a/../b", "HTTPS://ca.example", "https://ca.example:8443/a?b"] {
      #expect(try ACMEURL(text, from: base).text == text)
    }
    #expect(try ACMEURL("//other.example/a", from: base).text == "https://other.example/a")
  }

  @Test(arguments: [
    "http://ca.example/a", "g#s", "#s", "/a#", "//me@ca.example/a", "mailto:me@example.org", "//", "///a", "a b",
    "\u{e9}", "/" + String(repeating: "a", count: 3000),
  ])
  func `what is none`(_ reference: String) throws {
    let base = try ACMEURL("https://ca.example/b")
    #expect(throws: Malformed.self) { try ACMEURL(reference, from: base) }
  }
}
