/// What a server may take a URL for. Servers are more or less exact, so two that differ as text can be equal here.
struct Resource: Hashable, Sendable {
  private let origin: String
  private let path: [[UInt8]]

  /// Every way to read `url`. A path is decoded never, once or again (RFC 3986 §2.4), and what follows a semicolon is
  /// no part of a segment's name (§3.3), before that or after it. A query never makes it another resource.
  static func readings(of url: ACMEURL) -> Set<Resource> {
    let origin = "\(canonical(host: url.host)):\(url.port)"
    let path = Array(url.target.utf8.prefix { $0 != UInt8(ascii: "?") })
    var readings: Set<Resource> = []
    for var text in [path, withoutParameters(path)] {
      var length = 0
      repeat {
        readings.insert(Resource(origin: origin, path: segments(of: text)))
        length = text.count
        text = decoded(text)
      } while text.count < length
    }
    return readings
  }

  /// Whether its path is that of `other`, or goes on from there.
  func isAtOrBelow(_ other: Resource) -> Bool { origin == other.origin && path.starts(with: other.path) }

  /// The root's dot is no part of a name; IPv6 text has many forms.
  private static func canonical(host: String) -> String {
    if let address = IPAddress(String(host.drop { $0 == "[" }.prefix { $0 != "]" })) { return address.text }
    return String(host.reversed().drop { $0 == "." }.reversed())
  }

  /// `path` as far as it names something: in lower case, without empty and dot segments (RFC 3986 §5.2.4).
  private static func segments(of path: [UInt8]) -> [[UInt8]] {
    var segments: [[UInt8]] = []
    let named = path.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") && $0 != 0 }
    for segment in withoutParameters(named).split(whereSeparator: isSlash) {
      let name = segment.filter { $0 > 0x20 }.map { isUpperCase($0) ? $0 | 0x20 : $0 }
      switch String(decoding: name, as: UTF8.self) {
      case "", ".": continue
      case "..": _ = segments.popLast()
      default: segments.append(name)
      }
    }
    return segments
  }

  private static func withoutParameters(_ path: some Sequence<UInt8>) -> [UInt8] {
    var isParameter = false
    return path.filter { byte in
      isParameter = byte == UInt8(ascii: ";") || (isParameter && !isSlash(byte))
      return !isParameter
    }
  }

  /// Undoes percent-encoding, once.
  private static func decoded(_ text: [UInt8]) -> [UInt8] {
    var decoded: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      if byte == UInt8(ascii: "%"), digits.count == 2 {
        decoded.append(UInt8(digits[0] << 4 | digits[1]))
        rest = rest.dropFirst(2)
      } else {
        decoded.append(byte)
      }
    }
    return decoded
  }

  private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

  private static func isUpperCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
