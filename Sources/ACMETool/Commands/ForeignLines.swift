internal import ACMECore

/// Bytes of another program, cut into lines.
struct ForeignLines {
  private var rest: [UInt8] = []
  private var left: Int

  init(limit: Int) { left = limit }

  /// The lines that are complete now. Once the limit is reached, nothing more is kept.
  mutating func take(_ bytes: [UInt8]) -> [String] {
    rest += bytes.prefix(left)
    left -= min(left, bytes.count)
    var lines: [String] = []
    while let end = rest.firstIndex(of: 0x0A) {
      lines.append(Octets(rest[..<end]).description)
      rest.removeSubrange(...end)
    }
    return lines
  }

  mutating func end() -> [String] {
    defer { rest = [] }
    return rest.isEmpty ? [] : [Octets(rest).description]
  }
}
