internal import ACMECore

/// Bytes of another program, cut into lines.
struct ForeignLines {
  /// What has come of a line that isn't complete.
  private var begun: [UInt8] = []
  private var left: Int

  init(limit: Int) { left = limit }

  /// The lines that are complete now. Once the limit is reached, nothing more is kept.
  mutating func take(_ bytes: [UInt8]) -> [String] {
    var parts = bytes.prefix(left).split(separator: 0x0A, omittingEmptySubsequences: false)
    left -= min(left, bytes.count)
    guard let last = parts.popLast() else { return [] }
    var lines: [String] = []
    for part in parts {
      lines.append(Octets(begun + part).description)
      begun = []
    }
    begun += last
    return lines
  }

  mutating func end() -> [String] {
    defer { begun = [] }
    return begun.isEmpty ? [] : [Octets(begun).description]
  }
}
