extension JSON {
  /// Nesting that no ACME object comes near; a deeper text is refused rather than allowed to spend our stack.
  static let maxDepth = 64

  /// Reads exactly one JSON text (RFC 8259). A doubled member keeps its last value; a byte order mark is passed over, as
  /// §8.1 allows.
  package init(parsing bytes: [UInt8]) throws(Malformed) {
    var parser = JSONParser(bytes: bytes.withoutByteOrderMark)
    self = try parser.wholeText()
  }
}

extension JSON {
  /// Reads a text that holds secrets: a string that stands under one of `names` is empty in the value.
  static func parse(_ text: SecretBytes, hiding names: Set<String>) throws(Malformed) -> JSON {
    var parser = JSONParser(bytes: text.afterByteOrderMark, hiding: names)
    return try parser.wholeText()
  }
}

extension JSONObject {
  package init(parsing bytes: [UInt8]) throws(Malformed) {
    self = try Self.object(JSON(parsing: bytes))
  }

  /// Reads what no two parsers may take differently: no byte order mark, and no member twice.
  package init(strictlyParsing bytes: [UInt8]) throws(Malformed) {
    var parser = JSONParser(bytes: bytes, refusesDoubledMembers: true)
    self = try Self.object(parser.wholeText())
  }

  /// Reads a text that holds secrets. A string that stands under one of `names` is kept apart, and is empty in the
  /// object.
  package static func parse(
    _ text: SecretBytes, hiding names: Set<String>
  ) throws(Malformed) -> (object: JSONObject, secrets: [String: SecretBytes]) {
    var parser = JSONParser(bytes: text.afterByteOrderMark, hiding: names)
    return (try object(parser.wholeText()), parser.secrets)
  }

  private static func object(_ json: JSON) throws(Malformed) -> JSONObject {
    guard case .object(let object) = json else { throw Malformed("not a JSON object") }
    return object
  }
}

private struct JSONParser<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
  let bytes: Bytes
  let refusesDoubledMembers: Bool
  let hiddenNames: Set<String>
  /// The strings that stood under those names.
  var secrets: [String: SecretBytes] = [:]
  var at: Int

  init(bytes: Bytes, refusesDoubledMembers: Bool = false, hiding names: Set<String> = []) {
    self.bytes = bytes
    self.refusesDoubledMembers = refusesDoubledMembers
    hiddenNames = names
    at = bytes.startIndex
  }

  mutating func wholeText() throws(Malformed) -> JSON {
    let value = try value(depth: 0)
    skipBlanks()
    guard at == bytes.endIndex else {
      throw Malformed(
        peek == UInt8(ascii: "{") ? "there is more than one document" : "there is text after the JSON value")
    }
    return value
  }

  private var peek: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  private func unexpected() -> Malformed {
    at < bytes.endIndex
      ? Malformed("not JSON at byte \(at - bytes.startIndex + 1)") : Malformed("the JSON text ends too early")
  }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    skipBlanks()
    guard take(character) else { throw unexpected() }
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSON {
    guard depth <= JSON.maxDepth else { throw Malformed("JSON nested more than \(JSON.maxDepth) deep") }
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
    let end = at + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { end <= bytes.endIndex && bytes[at..<end].elementsEqual($0) }
    guard matches else { throw unexpected() }
    at = end
    return value
  }

  private mutating func object(depth: Int) throws(Malformed) -> JSONObject {
    try expect("{")
    skipBlanks()
    if take("}") { return JSONObject() }
    var members: [(String, JSON)] = []
    repeat {
      skipBlanks()
      guard peek == UInt8(ascii: "\"") else { throw unexpected() }
      let name = try string()
      try expect(":")
      if let standIn = try hidden(name) {
        members.append((name, standIn))
      } else {
        members.append((name, try value(depth: depth + 1)))
      }
      skipBlanks()
    } while take(",")
    try expect("}")
    let object = JSONObject(members)
    guard !refusesDoubledMembers || object.members.count == members.count else {
      throw Malformed("a member of a JSON object stands there twice")
    }
    return object
  }

  /// What takes the place of the value that comes next; nil where that is no secret.
  private mutating func hidden(_ name: String) throws(Malformed) -> JSON? {
    skipBlanks()
    guard hiddenNames.contains(name), peek == UInt8(ascii: "\"") else { return nil }
    let secret = SecretBytes()
    try octets { secret.append($0) }
    secrets[name] = secret
    return ""
  }

  private mutating func array(depth: Int) throws(Malformed) -> [JSON] {
    try expect("[")
    skipBlanks()
    if take("]") { return [] }
    var elements: [JSON] = []
    repeat {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
    } while take(",")
    try expect("]")
    return elements
  }

  private mutating func number() throws(Malformed) -> String {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func digits() throws(Malformed) {
    let start = at
    while let byte = peek, byte >= 0x30, byte <= 0x39 { at += 1 }
    guard at > start else { throw unexpected() }
  }

  private mutating func string() throws(Malformed) -> String {
    var text: [UInt8] = []
    try octets { text.append($0) }
    guard let string = String(validating: text, as: UTF8.self) else { throw Malformed("a JSON string is not UTF-8") }
    return string
  }

  /// What stands between two quotation marks, its escapes resolved.
  private mutating func octets(_ take: (UInt8) -> Void) throws(Malformed) {
    at += 1
    while let byte = peek {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return
      case UInt8(ascii: "\\"): for byte in try escape() { take(byte) }
      case 0..<0x20: throw Malformed("a control character stands in a JSON string")
      default: take(byte)
      }
    }
    throw unexpected()
  }

  private mutating func escape() throws(Malformed) -> [UInt8] {
    guard let byte = peek else { throw unexpected() }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try escapedScalar()).utf8)
    default: throw Malformed("an unknown escape stands in a JSON string")
    }
  }

  /// Half a surrogate pair becomes U+FFFD: a CA's `detail` should be readable even then.
  private mutating func escapedScalar() throws(Malformed) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if 0xD800..<0xDC00 ~= first, at + 1 < bytes.endIndex, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    {
      let mark = at
      at += 2
      let second = try fourHexDigits()
      if 0xDC00..<0xE000 ~= second {
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
      }
      at = mark
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  private mutating func fourHexDigits() throws(Malformed) -> UInt32 {
    guard at + 4 <= bytes.endIndex else { throw unexpected() }
    var value: UInt32 = 0
    for byte in bytes[at..<at + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw unexpected() }
      value = value << 4 | UInt32(digit)
    }
    at += 4
    return value
  }
}
