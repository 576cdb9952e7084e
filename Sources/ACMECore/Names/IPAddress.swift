/// An IP address as an ACME identifier of type `ip` (RFC 8738) and a certificate's iPAddress
/// (RFC 5280 §4.2.1.6) carry it. An IPv4-mapped IPv6 address is the IPv4 address in it (RFC 4291 §2.5.5.2), wherever it
/// was read: it is the same host, and CAs that are written in Go know it under no other text.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// Network order: 4 octets for IPv4, 16 for IPv6.
  package let octets: [UInt8]

  package init?(octets: [UInt8]) {
    guard octets.count == 4 || octets.count == 16 else { return nil }
    self.octets = octets.starts(with: Self.mappedPrefix) ? Array(octets.suffix(4)) : octets
  }

  /// Reads a dotted quad, or IPv6 text as RFC 4291 §2.2 has it: no zone, no brackets.
  package init?(_ text: String) {
    let octets = Array(text.utf8.prefix(Self.maxTextLength + 1))
    guard octets.count <= Self.maxTextLength else { return nil }
    let isIPv6 = octets.contains(UInt8(ascii: ":"))
    guard let read = isIPv6 ? Self.readIPv6(octets) : Self.readIPv4(octets[...]) else { return nil }
    self.init(octets: read)
  }

  private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  /// Six whole groups and a dotted quad.
  private static let maxTextLength = 45

  package var description: String { text }

  /// The one canonical form: what RFC 8738 §3 asks of an identifier's value.
  package var text: String {
    octets.count == 4 ? octets.map { String($0) }.joined(separator: ".") : ipv6Text
  }

  /// The name that stands for the address in the TLS handshake of tls-alpn-01 (RFC 8738 §6).
  package var reverseName: String {
    if octets.count == 4 {
      return octets.reversed().map { String($0) }.joined(separator: ".") + ".in-addr.arpa"
    }
    let nibbles = octets.reversed().flatMap { [$0 & 0xF, $0 >> 4] }
    return nibbles.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
  }
}

// Reading.
extension IPAddress {
  /// Four decimal numbers. Leading zeros are refused, since some programs read them as octal.
  private static func readIPv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var octets: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else {
        return nil
      }
      guard let value = number(part, radix: 10), let octet = UInt8(exactly: value) else { return nil }
      octets.append(octet)
    }
    return octets
  }

  private static func readIPv6(_ text: [UInt8]) -> [UInt8]? {
    let colon = UInt8(ascii: ":")
    let doubleColon = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    guard let doubleColon else {
      guard let octets = readGroups(text[...], isEnd: true), octets.count == 16 else { return nil }
      return octets
    }
    guard let head = readGroups(text[..<doubleColon], isEnd: false),
      let tail = readGroups(text[(doubleColon + 2)...], isEnd: true)
    else { return nil }
    // `::` stands for at least one group.
    let missing = 16 - head.count - tail.count
    guard missing >= 2 else { return nil }
    return head + Array(repeating: 0, count: missing) + tail
  }

  /// Groups between single colons, possibly none; the last may be a dotted quad where the whole
  /// address ends. A second `::` fails here, as an empty group.
  private static func readGroups(_ text: ArraySlice<UInt8>, isEnd: Bool) -> [UInt8]? {
    if text.isEmpty { return [] }
    let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var octets: [UInt8] = []
    for group in groups {
      if isEnd, group.endIndex == text.endIndex, group.contains(UInt8(ascii: ".")) {
        guard let quad = readIPv4(group) else { return nil }
        octets += quad
        continue
      }
      guard (1...4).contains(group.count), let value = number(group, radix: 16) else { return nil }
      octets += [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
    return octets
  }

  /// Digits only: the standard library's own reader would take a sign too. At most four digits come
  /// in, so nothing overflows.
  private static func number(_ digits: ArraySlice<UInt8>, radix: Int) -> Int? {
    var value = 0
    for octet in digits {
      guard let digit = Character(Unicode.Scalar(octet)).hexDigitValue, digit < radix else { return nil }
      value = value * radix + digit
    }
    return value
  }
}

// Writing.
extension IPAddress {
  /// RFC 5952 §4.
  private var ipv6Text: String {
    let groups = stride(from: 0, to: 16, by: 2).map { Int(octets[$0]) << 8 | Int(octets[$0 + 1]) }
    let zeros = Self.longestZeroRun(groups)
    // A single zero group is written out (§4.2.2).
    guard zeros.count > 1 else { return Self.hexadecimal(groups[...]) }
    return Self.hexadecimal(groups[..<zeros.lowerBound]) + "::"
      + Self.hexadecimal(groups[zeros.upperBound...])
  }

  /// The first one where several are equally long (§4.2.3).
  private static func longestZeroRun(_ groups: [Int]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 {
        start = index + 1
      } else if index + 1 - start > longest.count {
        longest = start..<(index + 1)
      }
    }
    return longest
  }

  private static func hexadecimal(_ groups: ArraySlice<Int>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }
}
