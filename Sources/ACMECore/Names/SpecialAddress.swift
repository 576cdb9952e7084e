extension IPAddress {
  /// Whether it is one of those that lead nowhere, or everywhere to somebody else, in the public network (RFC 6890).
  package var isSpecial: Bool { Self.special.contains { octets.count == $0.octets.count && contains($0) } }

  private static let special: [(octets: [UInt8], length: Int)] = [
    // This host, private networks (RFC 1918), shared ones (RFC 6598), link-local, documentation, benchmarks, multicast
    // and what is reserved.
    ([0, 0, 0, 0], 8), ([127, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16),
    ([100, 64, 0, 0], 10), ([169, 254, 0, 0], 16), ([192, 0, 2, 0], 24), ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24), ([198, 18, 0, 0], 15), ([224, 0, 0, 0], 3),
    // Of IPv6 only 2000::/3 is given out (RFC 4291 §2.4); of that, documentation is not.
    (wide(0x00), 3), (wide(0x40), 2), (wide(0x80), 1), (wide(0x20, 0x01, 0x0D, 0xB8), 32),
  ]

  private static func wide(_ octets: UInt8...) -> [UInt8] { octets + [UInt8](repeating: 0, count: 16 - octets.count) }

  private func contains(_ network: (octets: [UInt8], length: Int)) -> Bool {
    zip(octets, network.octets).enumerated().allSatisfy { index, pair in
      let bits = max(0, min(8, network.length - 8 * index))
      return (pair.0 ^ pair.1) & ~(UInt8(0xFF) >> bits) == 0
    }
  }
}
