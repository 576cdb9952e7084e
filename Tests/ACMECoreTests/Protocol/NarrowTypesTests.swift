import Testing

@testable import ACMECore

@Suite struct NarrowTypesTests {
  @Test(arguments: [
    ("https://ca.example/dir", "https://ca.example:443"),
    ("HTTPS://CA.Example:8443/x//y/../z?q=%2f", "https://ca.example:8443"),
    ("https://[2001:db8::1]:14000/dir", "https://[2001:db8::1]:14000"),
    ("https://[::ffff:192.0.2.1]/dir", "https://[::ffff:192.0.2.1]:443"),
    ("https://ca.example", "https://ca.example:443"),
    ("https://ca.example?x", "https://ca.example:443"),
  ])
  func `a URL stays the string it is`(_ text: String, _ origin: String) throws {
    let url = try ACMEURL(text)
    #expect(url.text == text)
    #expect(url.origin == origin)
  }

  @Test(arguments: [
    "", "http://ca.example/", "ftp://ca.example/", "/dir", "https://", "https:///x", "https://me@ca.example/",
    "https://ca.example@evil.example/", "https://ca.example\\@evil.example/", "https://ca.example/#x",
    "https://ca.example/a b", "https://ca.example/\n", "https://ca.example/\u{0}", "https://cä.example/",
    "https://ca.example:0/", "https://ca.example:65536/", "https://ca.example:8a/", "https://ca.example:/",
    "https://[::1/", "https://[ca]/", "https://[192.0.2.1]/",
    "https://ca.example/" + String(repeating: "x", count: 3000),
  ])
  func `a URL that could be taken for another is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try ACMEURL(text) }
  }

  @Test(arguments: [
    "", "short", "../../../../etc/passwd-and-so-on", "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0=",
    "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX/", "LoqXcYV8q5ONbJQxbmR7\n", String(repeating: "a", count: 300),
  ])
  func `a token that isn't one is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try Token(text) }
  }

  @Test func `a record's name is in lower case, without a dot at its end`() throws {
    let name = try RecordName("_ACME-challenge.Example.ORG.")
    #expect(name.text == "_acme-challenge.example.org")
    #expect(name.parent?.parent?.text == "org")
    #expect(name.parent?.parent?.parent == nil)
    #expect(try name.isBelow(RecordName("example.org")) && !name.isBelow(RecordName("ample.org")))
    #expect(!name.isBelow(name))
  }

  @Test(arguments: [
    "", ".", "..", "a..b", ".a", "a b", "a\\.b", "*.a", "-a.b", "--help", "a\\032b", "ä.b", "a\n", "a/b", "a\u{0}b",
    String(repeating: "a", count: 64), Array(repeating: "abcdefg", count: 33).joined(separator: "."),
  ])
  func `a record's name that a program could take for something else is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try RecordName(text) }
  }

  @Test(arguments: ["", "a b", "a=", "a/b", String(repeating: "a", count: 2000)])
  func `a nonce that isn't one is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try Nonce(text) }
  }

  @Test func `a nonce goes back as it came, its stray bits too`() throws {
    #expect(try Nonce("AB").text == "AB")
  }

  /// The digests that Boulder's tests pin, and those derived for the keys of the RFCs.
  @Test(arguments: [
    (
      "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI",
      "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
    ),
    (
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI",
      "lCM7cZyQXcVHK2nnW3jjAhNT3Fvm18UN-kWZZknKoYM"
    ),
    (
      "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", PublishedKeys.rfc7515A3.thumbprint,
      "TsRKynps8WR2t_mg14_-b9KAPI5z6dVS6CzKil2SuXU"
    ),
    (
      "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", PublishedKeys.rfc7515A2.thumbprint,
      "XAgiSyazUgDpfBkZ2v-b8GZvSwmqFJVJkFJRSDdr89c"
    ),
    (
      "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", PublishedKeys.rfc8037.thumbprint,
      "n3rztfDtTAOtlye7bRdUvjki3axVOyRSzxwYAVFuQag"
    ),
    (
      "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
      "_cC5rvB9vM8qzT3MTBcTeVpQwtbNypBXyQnE4fhM9QQ"
    ),
    (
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", PublishedKeys.rfc7515A3.thumbprint,
      "ZaJgFtIV4WA0t2MzN7kbSk0sfRd2GZjaxRqaSTAK6lI"
    ),
    (
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", PublishedKeys.rfc7515A2.thumbprint,
      "sNXT4JQXPhXhx8Qhq9jk-NL5740kebCxXvzq8V1TrWY"
    ),
    (
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", PublishedKeys.rfc8037.thumbprint,
      "lAV291d372xyXVEZRY9j2FQ8g1TYpOaJr620CiahePA"
    ),
    (
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
      "ZTRx1Ckl1-tM05o5zaizTTA0yUy5AGereMgSNWC6Ll8"
    ),
  ])
  func `the dns-01 value of a key authorization`(_ token: String, _ thumbprint: String, _ value: String) throws {
    let authorization = KeyAuthorization(token: try Token(token), thumbprint: thumbprint)
    #expect(authorization.text == "\(token).\(thumbprint)")
    #expect(authorization.dnsValue == value)
  }

  @Test func `the tls-alpn-01 digest of a key authorization`() throws {
    let authorization = KeyAuthorization(
      token: try Token("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"), thumbprint: PublishedKeys.rfc7515A3.thumbprint)
    #expect(authorization.tlsDigest == "4ec44aca7a6cf16476b7f9a0d78ffe6fd2803c8e73e9d552e82cca8a5d92b975")
  }
}
