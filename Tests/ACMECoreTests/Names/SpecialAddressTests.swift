import Testing

@testable import ACMECore

/// Which addresses a public CA can't reach (RFC 6890).
@Suite struct SpecialAddressTests {
  @Test(arguments: [
    "0.0.0.0", "127.0.0.1", "127.255.255.255", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
    "100.127.255.255", "169.254.1.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.19.0.1", "224.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fdff::1", "ff02::1", "2001:db8::1", "4000::1", "64:ff9b::1",
    "::ffff:10.0.0.1",
  ])
  func `special`(_ text: String) throws { #expect(try #require(IPAddress(text)).isSpecial) }

  @Test(arguments: [
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0",
    "192.167.255.255", "192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0",
    "223.255.255.255", "2000::", "2606:4700::1111", "2001:db7::1", "2001:db9::1", "3fff:ffff::1", "::ffff:1.1.1.1",
  ])
  func `public`(_ text: String) throws { #expect(try !#require(IPAddress(text)).isSpecial) }
}
