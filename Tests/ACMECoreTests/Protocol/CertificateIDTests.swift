import Testing

@testable import ACMECore

@Suite struct CertificateIDTests {
  /// RFC 9773, appendix A: it was valid for no time at all, in the year 1.
  static let example = """
    -----BEGIN CERTIFICATE-----
    MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
    cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
    BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
    7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
    qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
    yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
    +FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
    -----END CERTIFICATE-----

    """
  private let key: [UInt8] = [
    0x69, 0x88, 0x5B, 0x6B, 0x87, 0x46, 0x40, 0x41, 0xE1, 0xB3, 0x7B, 0x84, 0x7B, 0xA0, 0xAE, 0x2C, 0xDE, 0x01, 0xC8,
    0xD4,
  ]

  private func certificate(changing old: [UInt8] = [], to new: [UInt8] = []) throws -> Certificate {
    let chain = try CertificateChain(pem: Array(Self.example.utf8))
    guard let place = chain.leaf.der.firstRange(of: old) else { return chain.leaf }
    return try Certificate(der: chain.leaf.der.replacingSubrange(place, with: new))
  }

  @Test func `the RFC's own certificate`() throws {
    let certificate = try certificate()
    #expect(certificate.id?.text == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
    #expect(certificate.authorityKeyIdentifier == key)
    #expect(
      try certificate.lifetime
        == Lifetime(from: Timestamp("0001-01-01T00:00:00Z"), to: Timestamp("0001-01-01T00:00:00Z")))
  }

  @Test func `times that nobody can read are no hindrance`() throws {
    let certificate = try certificate(changing: Array("00010101000000Z".utf8), to: Array("0001X101000000Z".utf8))
    #expect(throws: Malformed.self) { try certificate.lifetime }
    #expect(certificate.id?.text == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
  }

  @Test(arguments: [
    ("01", "AQ"), ("7f", "fw"), ("0080", "AIA"), ("00ff", "AP8"),
    ("7fffffffffffffffffffffffffffffffffffffff", "f_________________________8"),
    ("008000000000000000000000000000000000000000", "AIAAAAAAAAAAAAAAAAAAAAAAAAAA"),
  ])
  func `the serial is what DER has of it`(_ digits: String, _ text: String) throws {
    let octets = Array(digits.utf8)
    let serial = try stride(from: 0, to: octets.count, by: 2).map { place in
      try #require(UInt8(String(decoding: octets[place..<place + 2], as: UTF8.self), radix: 16))
    }
    let id = CertificateID(authorityKeyIdentifier: key, serialNumber: serial)
    #expect(id.description == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.\(text)")
    #expect(DER.content(of: [0x02, UInt8(serial.count)] + serial).elementsEqual(serial))
    #expect(DER.content(of: [0x02, 0x81, UInt8(serial.count)] + serial).elementsEqual(serial))
  }

  @Test func `a negative serial keeps its sign`() throws {
    let certificate = try certificate(changing: [0x02, 0x05, 0x00, 0x87], to: [0x02, 0x05, 0xFF, 0x07])
    #expect(certificate.id?.text == "aYhba4dGQEHhs3uEe6CuLN4ByNQ._wdlQyE")
  }

  @Test func `without a key identifier there is none`() throws {
    // The extension's object identifier, 2.5.29.35, becomes 2.5.29.100, which nobody knows.
    #expect(try certificate(changing: [0x55, 0x1D, 0x23], to: [0x55, 0x1D, 0x64]).id == nil)
    // [0], the key identifier, becomes [2], a serial number.
    #expect(try certificate(changing: [0x80, 0x14, 0x69], to: [0x82, 0x14, 0x69]).id == nil)
    // It isn't the sequence that it says it is.
    #expect(try certificate(changing: [0x30, 0x16, 0x80], to: [0x31, 0x16, 0x80]).id == nil)
  }
}

extension [UInt8] {
  fileprivate func replacingSubrange(_ range: Range<Int>, with other: [UInt8]) -> [UInt8] {
    Array(self[..<range.lowerBound]) + other + Array(self[range.upperBound...])
  }
}
