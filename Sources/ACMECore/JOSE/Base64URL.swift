/// base64url without padding (RFC 7515 §2, RFC 4648 §5).
package enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(buffer >> UInt32(bits)) & 0x3F])
      }
      buffer &= (1 << UInt32(bits)) - 1
    }
    if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits)) & 0x3F]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Padding, blanks, other alphabets and stray trailing bits are refused (RFC 8555 §6.1).
  package static func decode(_ text: String) throws(Malformed) -> [UInt8] { try decode(octets: text.utf8) }

  package static func decode(octets text: some Sequence<UInt8>) throws(Malformed) -> [UInt8] {
    var bytes: [UInt8] = []
    try decode(text) { bytes.append($0) }
    return bytes
  }

  package static func decode(secret text: some Sequence<UInt8>) throws(Malformed) -> SecretBytes {
    let bytes = SecretBytes()
    try decode(text) { bytes.append($0) }
    return bytes
  }

  private static func decode(_ text: some Sequence<UInt8>, _ take: (UInt8) -> Void) throws(Malformed) {
    var buffer: UInt32 = 0
    var bits = 0
    for character in text {
      guard let value = value(of: character) else { throw Malformed("not base64url") }
      buffer = buffer << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        take(UInt8(buffer >> UInt32(bits) & 0xFF))
      }
      buffer &= (1 << UInt32(bits)) - 1
    }
    guard bits < 6, buffer == 0 else { throw Malformed("base64url text of an impossible length") }
  }

  /// Whether `text` is one or more characters of the alphabet: all that a nonce or token has to be.
  package static func isAlphabetic(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { value(of: $0) != nil }
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
