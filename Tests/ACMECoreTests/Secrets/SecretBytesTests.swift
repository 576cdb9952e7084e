import Testing

@testable import ACMECore

@Suite struct SecretBytesTests {
  @Test func `octets are kept while it grows past what is locked`() {
    let octets = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    let secret = SecretBytes()
    for octet in octets { secret.append(octet) }
    #expect(secret.count == octets.count)
    #expect(secret.elementsEqual(octets))
    #expect(secret.withUnsafeBytes { Array($0) } == octets)
  }

  @Test func `what is written to it counts as far as it was written`() throws {
    let secret = SecretBytes("ab".utf8)
    secret.append(upTo: 10) { room in
      #expect(room.count == 10)
      room[0] = UInt8(ascii: "c")
      return 1
    }
    #expect(secret.elementsEqual("abc".utf8))
    #expect(throws: Malformed.self) {
      try secret.append(upTo: 10) { _ throws(Malformed) in throw Malformed("nothing is written") }
    }
    #expect(secret.elementsEqual("abc".utf8))
  }

  @Test func `nothing is left of one that is wiped, and it can be used again`() {
    let secret = SecretBytes("secret".utf8)
    secret.wipe()
    #expect(secret.isEmpty)
    #expect(secret.withUnsafeBytes { $0.count } == 0)
    secret.append(contentsOf: "new".utf8)
    #expect(secret.elementsEqual("new".utf8))
  }

  @Test func `parts and searches are those of octets`() {
    let secret = SecretBytes("\u{FEFF}-----BEGIN KEY-----".utf8)
    #expect(secret.afterByteOrderMark.starts(with: "-----".utf8))
    #expect(secret.firstRange(of: "BEGIN ") == 8..<14)
    #expect(secret[8..<13].elementsEqual("BEGIN".utf8))
  }
}
