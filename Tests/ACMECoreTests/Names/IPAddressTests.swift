import Testing

@testable import ACMECore

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    // RFC 5952 §1 and §2: the many spellings of one address.
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:0:1::1", "2001:db8::1:0:0:1"),
    ("2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"), ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
    // §4.1: leading zeros.
    ("2001:0db8::0001", "2001:db8::1"),
    // §4.2.1: shortened as much as possible.
    ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
    // §4.2.2: one zero group is no run.
    ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    // §4.2.3: the longest run, the first of equal ones.
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    // §4.3: lower case.
    ("2001:DB8::ABCD:EF", "2001:db8::abcd:ef"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"), ("1:0:0:0:0:0:0:0", "1::"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    // RFC 4291 §2.5.5.2: IPv4-mapped addresses, and no others, are IPv4.
    ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:C000:0201", "192.0.2.1"),
    ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"), ("::ffff:0:0", "0.0.0.0"),
    ("::192.0.2.1", "::c000:201"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1::ffff:192.0.2.1", "1::ffff:c000:201"), ("::ffff:0:192.0.2.1", "::ffff:0:c000:201"),
    ("::fffe:192.0.2.1", "::fffe:c000:201"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::ffff:1:2:3", "::ffff:1:2:3"),
  ])
  func `an address has one canonical text`(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.text == canonical)
    #expect("\(address)" == canonical)
    #expect(IPAddress(canonical) == address)
    #expect(IPAddress(octets: address.octets) == address)
  }

  @Test(arguments: [
    "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "1.2.3.1000", "01.2.3.4",
    "1.2.3.00", "0x1.2.3.4", "1.2.3.a", "+1.2.3.4", "-1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\0",
    "１.2.3.4",
    "1.2.3.4/32", "1.2.3.4:80", "16909060", "example.org",
    ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8", ":1:2:3:4:5:6:7", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "1::2:", ":1::2", "12345::",
    "g::",
    "+1::", "1::-1", "[::1]", "fe80::1%eth0", "::1/128", "::1 ", "::1.2.3", "::1.2.3.4.5", "::01.2.3.4",
    "::256.1.1.1",
    "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::ffff:1.2.3.4.", "1::ａ",
    "0000:0000:0000:0000:0000:0000:255.255.255.2550",
  ])
  func `what is no address is refused`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [0, 1, 3, 5, 15, 17, 32])
  func `an address has 4 or 16 octets`(count: Int) {
    #expect(IPAddress(octets: Array(repeating: 0, count: count)) == nil)
  }

  @Test func `an IPv4-mapped address is an IPv4 address, as text and as octets`() throws {
    let plain = try #require(IPAddress("192.0.2.1"))
    #expect(IPAddress("::ffff:192.0.2.1") == plain)
    #expect(IPAddress(octets: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1]) == plain)
    #expect(plain.octets == [192, 0, 2, 1])
  }

  /// RFC 8738 §6.
  @Test(arguments: [
    ("192.0.2.1", "1.2.0.192.in-addr.arpa"), ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"),
    ("10.0.0.255", "255.0.0.10.in-addr.arpa"),
    ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    (
      "123:4567:89ab:cdef:fedc:ba98:7654:3210",
      "0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.ip6.arpa"
    ),
  ])
  func `the reverse name is the one that tls-alpn-01 asks for`(text: String, name: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.reverseName == name)
    #expect(try DomainName(wire: name).text == name)
  }
}
