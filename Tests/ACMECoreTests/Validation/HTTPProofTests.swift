import Testing

@testable import ACMECore

/// What a CA makes of the answer to http-01 (RFC 8555 §8.3).
@Suite struct HTTPProofTests {
  private static let expected = "token.thumbprint"

  private func proof(_ status: Int, _ body: String, server: String? = nil) -> HTTPProof {
    HTTPProof(status: status, server: server, body: Array(body.utf8))
  }

  @Test(arguments: ["", "\n", "\r\n", " \t\r\n\n"])
  func `blanks at the end count for nothing`(end: String) {
    #expect(proof(200, Self.expected + end).shows(Self.expected))
  }

  @Test(arguments: [
    "", " token.thumbprint", "token.thumbprint\n.", "token", "\u{FEFF}token.thumbprint", "token.thumbprint\u{C}",
  ])
  func `anything else is something else`(body: String) { #expect(!proof(200, body).shows(Self.expected)) }

  @Test(arguments: [201, 206, 404]) func `only one status will do`(status: Int) {
    #expect(!proof(status, Self.expected).shows(Self.expected))
  }

  @Test(
    arguments: [
      (404, "", nil, "answers 404"),
      (404, "", "nginx", "answers 404 (nginx)"),
      (200, "", nil, "answers 200 with nothing in it"),
      (200, "hello\n  world", nil, "answers 200 with something else (\"hello world\")"),
      (503, "<HTML><TITLE> Sorry,\n try later </TITLE>", "a\u{1B}b", "answers 503 (a\\u{1b}b: \"Sorry, try later\")"),
      (200, "<title></title>x", nil, "answers 200 with something else (\"<title></title>x\")"),
      (200, "<title>no end", nil, "answers 200 with something else (\"<title>no end\")"),
      (200, "token.another", "nginx", "answers 200 with another account's thumbprint (nginx)"),
    ] as [(Int, String, String?, String)])
  func `what came instead, and from whom`(status: Int, body: String, server: String?, words: String) {
    #expect(proof(status, body, server: server).inWords(instead: Self.expected) == words)
  }

  @Test func `what is long is cut`() {
    let words = proof(200, String(repeating: "x", count: 100_000), server: String(repeating: "s", count: 1000))
      .inWords(instead: Self.expected)
    #expect(words.count < 200)
  }

  @Test func `octets that are no text are shown as one`() {
    let words = HTTPProof(status: 200, server: nil, body: [0xFF, 0xFE, 0x07]).inWords(instead: Self.expected)
    #expect(words.hasPrefix("answers 200 with something else"))
  }
}
