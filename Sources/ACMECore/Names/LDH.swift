/// Labels of letters, digits and hyphens (RFC 5890 §2.3.1), in lower case.
enum LDH {
  /// RFC 1035 §2.3.4.
  static let maxLength = 63

  static func check(_ label: String) throws(NameError) {
    guard !label.isEmpty else { throw .emptyLabel }
    guard label != "*" else { throw .wildcard }
    for scalar in label.unicodeScalars where !isAllowed(scalar) {
      throw .notAllowed(scalar)
    }
    guard label.utf8.count <= maxLength else { throw .labelTooLong }
    guard !label.hasPrefix("-"), !label.hasSuffix("-") else { throw .outerHyphen }
    // Such labels are set aside for encodings, and only that of `xn--` is known (RFC 5890 §2.3.1).
    guard !label.utf8.dropFirst(2).starts(with: "--".utf8) || label.hasPrefix(IDNA.prefix) else {
      throw .innerHyphens
    }
  }

  static func isDigit(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "0"..."9", "-": true
    default: false
    }
  }
}

extension NameError {
  static let emptyLabel = NameError(reason: "label is empty")
  static let wildcard = NameError(reason: "wildcard is not allowed here")
  static let labelTooLong = NameError(reason: "label is longer than 63 octets")
  static let outerHyphen = NameError(reason: "label begins or ends with a hyphen")
  static let innerHyphens = NameError(
    reason: "label has hyphens in its third and fourth place and is no A-label")

  static func notAllowed(_ scalar: Unicode.Scalar) -> NameError {
    NameError(reason: "character \(codePoint(scalar)) is not allowed")
  }

  /// U+ and at least four hexadecimal digits.
  static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
