import Testing

@testable import ACMECore

@Suite struct Base64URLTests {
  /// RFC 4648 §10, without the padding.
  @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy")])
  func `the vectors of RFC 4648`(_ text: String, _ encoded: String) throws {
    #expect(Base64URL.encode(text.utf8) == encoded)
    #expect(try Base64URL.decode(encoded) == Array(text.utf8))
  }

  @Test func `every octet comes back`() throws {
    let bytes = (0...255).map(UInt8.init)
    #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
  }

  @Test(arguments: ["Zg==", "Zm8=", "Zm9v ", "Zm+v", "Zm/v", "Z", "Zh", "Zm9", "Zg\n", "Zgé", "Ｚg"])
  func `padding, blanks, the other alphabet and stray bits are refused`(_ text: String) {
    #expect(throws: Malformed.self) { try Base64URL.decode(text) }
  }
}
