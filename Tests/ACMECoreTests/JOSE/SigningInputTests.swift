import Testing

@testable import ACMECore

@Suite struct SigningInputTests {
  private let signer: Signer

  init() throws { signer = try PublishedKeys.rfc7515A3.privateKey.signer }

  private static let url = #""url":"https://ca.example/new-order""#
  private static let kid = #""kid":"https://ca.example/acct/1""#
  private static let alg = #""alg":"ES256""#
  private static let nonce = #""nonce":"abc_-1""#
  private static let jwk =
    #""jwk":{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#

  private static let tooLarge = input(
    [alg, url, kid, nonce], #"{"a":""# + String(repeating: "a", count: 1 << 20) + "\"}")

  private func parse(_ text: String) throws -> SigningInput {
    try SigningInput(Array(text.utf8), for: signer)
  }

  private static func input(_ header: [String], _ payload: String = "") -> String {
    "\(Base64URL.encode("{\(header.joined(separator: ","))}".utf8)).\(Base64URL.encode(payload.utf8))"
  }

  @Test func `what the client signs is read`() throws {
    for key in [KeyIdentification.jwk, try .kid(ACMEURL("https://ca.example/acct/1"))] {
      for payload in [JWS.noPayload, Array("{}".utf8)] {
        let jws = try JWS(
          payload: payload, url: ACMEURL("https://ca.example/new-order"), nonce: Nonce("abc"), key: key, signer: signer)
        let read = try SigningInput(Array(jws.signingInput.utf8), for: signer)
        #expect(read.url.text == "https://ca.example/new-order")
        #expect(read.nonce?.text == "abc")
        #expect((read.payload == nil) == payload.isEmpty)
      }
    }
  }

  @Test func `the inner part of a key change has no nonce`() throws {
    let payload = #"{"account":"https://ca.example/acct/1","oldKey":{"kty":"EC"}}"#
    let read = try parse(Self.input([Self.alg, Self.url, Self.jwk], payload))
    #expect(read.nonce == nil)
    #expect(read.kid == nil)
  }

  private static let refused: [(String, String)] = [
    ("nothing", ""),
    ("one part", "abc"),
    ("three parts", input([alg, url, kid, nonce]) + "."),
    ("a line end", input([alg, url, kid, nonce]) + "\n"),
    ("padding", input([alg, url, kid, nonce]) + "e30="),
    ("stray bits", input([alg, url, kid, nonce]) + "e31"),
    ("no header", "." + Base64URL.encode("{}".utf8)),
    ("an array as the header", Base64URL.encode("[]".utf8) + "."),
    ("a byte order mark", Base64URL.encode("\u{FEFF}{}".utf8) + "."),
    ("another alg", input([#""alg":"ES384""#, url, kid, nonce])),
    ("a MAC", input([#""alg":"HS256""#, url, kid])),
    ("no alg", input([url, kid, nonce])),
    ("alg twice", input([alg, #""alg":"none""#, url, kid, nonce])),
    ("no url", input([alg, kid, nonce])),
    ("url as a number", input([alg, #""url":1"#, kid, nonce])),
    ("http", input([alg, #""url":"http://ca.example/""#, kid, nonce])),
    ("url twice", input([alg, url, url, kid, nonce])),
    ("no key", input([alg, url, nonce])),
    ("both keys", input([alg, url, kid, jwk, nonce])),
    ("null beside a jwk", input([alg, url, jwk, #""kid":null"#, nonce])),
    ("kid as a name", input([alg, url, #""kid":"me""#, nonce])),
    ("no nonce with a kid", input([alg, url, kid])),
    ("a nonce that is none", input([alg, url, kid, #""nonce":"a b""#])),
    ("an empty nonce", input([alg, url, jwk, #""nonce":"""#])),
    ("null as the nonce", input([alg, url, jwk, #""nonce":null"#])),
    ("another's jwk", input([alg, url, nonce, #""jwk":{"crv":"P-256","kty":"EC","x":"AA","y":"AA"}"#])),
    ("more in the jwk", input([alg, url, nonce, jwk.replacing("{", with: #"{"alg":"ES256","#)])),
    ("b64", input([alg, url, kid, nonce, #""b64":false"#])),
    ("crit", input([alg, url, kid, nonce, #""crit":["b64"]"#])),
    ("typ", input([alg, url, kid, nonce, #""typ":"JWT""#])),
    ("a JWT", input([alg, #""typ":"JWT""#], #"{"iss":"me"}"#)),
    ("text as the payload", input([alg, url, kid, nonce], "hello")),
    ("an array as the payload", input([alg, url, kid, nonce], "[]")),
    ("a payload with a member twice", input([alg, url, kid, nonce], #"{"status":"valid","status":"deactivated"}"#)),
    ("depth", input([alg, url, kid, nonce], String(repeating: #"{"a":"#, count: 100))),
    ("TLS 1.3", String(repeating: " ", count: 64) + "TLS 1.3, server CertificateVerify\0"),
    ("SSH", "\0\0\0\u{20}0123456789abcdef0123456789abcdef\u{32}"),
    ("size", tooLarge),
  ]

  @Test(arguments: refused)
  func `nothing else is`(_ name: String, _ text: String) {
    #expect(throws: Malformed.self) { try parse(text) }
  }

  @Test(arguments: [
    ("https://ca.example", "https://ca.example/new-order", true),
    ("https://ca.example/", "https://ca.example/new-order", true),
    ("https://ca.example", "https://CA.example:443/new-order?a=b", true),
    ("https://ca.example", "https://ca.example.evil/new-order", false),
    ("https://ca.example", "https://ca.example:8443/new-order", false),
    ("https://ca.example:1", "https://ca.example:14000/", false),
    ("https://ca.example/acme", "https://ca.example/acme", true),
    ("https://ca.example/acme", "https://ca.example/acme?q", true),
    ("https://ca.example/acme", "https://ca.example/acme/order/1", true),
    ("https://ca.example/acme/", "https://ca.example/acme/order/1", true),
    ("https://ca.example/acme/", "https://ca.example/acme", false),
    ("https://ca.example/acme", "https://ca.example/acme2/order", false),
    ("https://ca.example/acme", "https://ca.example/other", false),
    ("https://ca.example/acme", "https://ca.example/acme/../other", false),
    ("https://ca.example/acme", "https://ca.example/acme/%2E./other", false),
    ("https://ca.example/acme", "https://ca.example/acme/..", false),
    ("https://ca.example/acme/", "https://ca.example/acme/..%2Frevoke", false),
    ("https://ca.example/acme/", "https://ca.example/acme/..;/revoke", false),
    ("https://ca.example/acme/", "https://ca.example/acme/%252e%252e/revoke", false),
    ("https://ca.example/acme/", "https://ca.example/acme/..%5crevoke", false),
    ("https://ca.example/acme/", "https://ca.example/acme/order%2F1;v=1", true),
    ("https://ca.example/acme", "https://ca.example/acme/x?to=../..", true),
  ])
  func `a prefix ends where a part of the path does`(_ prefix: String, _ url: String, _ isBelow: Bool) throws {
    #expect(try URLPrefix(prefix).holds(ACMEURL(url)) == isBelow)
  }

  @Test(arguments: ["http://ca.example/", "ca.example", "https://ca.example/?a", "https://ca.example/a/../b", ""])
  func `what can't be a prefix`(_ text: String) {
    #expect(throws: Malformed.self) { try URLPrefix(text) }
  }
}
