/// A key in a token, by its pkcs11: URI (RFC 7512).
package struct PKCS11URI: Hashable, Sendable, CustomStringConvertible {
  /// Which key it is, without how it is got at.
  package let description: String
  /// Whether it goes by the key's id, which a token's keys share less often than a label.
  package let namesID: Bool
  /// The file that holds the PIN.
  package let pinSource: Octets?
  /// The library that talks to the token.
  package let modulePath: Octets?

  private static let scheme = "pkcs11:"

  /// Whether `octets` are to be read as such a URI, right or wrong, and not as a file's name.
  package static func isMeant(by octets: Octets) -> Bool {
    octets.bytes.prefix(scheme.utf8.count).map { $0 | 0x20 }.elementsEqual(scheme.utf8.map { $0 | 0x20 })
  }

  package static let pinInside = Malformed(
    "a PIN stands in a pkcs11: URI (pin-value), where others can see it",
    hint: "put it into a file, and name that by pin-source, or --passphrase-file")

  /// Whether there is such a URI somewhere in `octets`, with a PIN in it. In a command parts of it may be quoted.
  package static func holdsPIN(_ octets: Octets) -> Bool {
    let text = String(decoding: octets.bytes.filter { !"'\"\\".utf8.contains($0) }, as: UTF8.self).lowercased()
    guard let uri = text.firstRange(of: scheme) else { return false }
    return text[uri.upperBound...].split { ";:?&".contains($0) }.contains { $0.hasPrefix("pin-value") }
  }

  /// Throws `Malformed` for what is no such URI, and for one with a PIN in it, which everybody can see who lists
  /// processes.
  package init(_ octets: Octets) throws(Malformed) {
    guard Self.isMeant(by: octets), octets.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Malformed("it is no pkcs11: URI (RFC 7512)")
    }
    let text = String(decoding: octets.bytes.dropFirst(Self.scheme.utf8.count), as: UTF8.self)
    guard !Self.holdsPIN(octets) else { throw Self.pinInside }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    description = Self.scheme + parts[0]
    namesID = parts[0].split(separator: ";").contains { $0.hasPrefix("id=") }
    var query: [String: Octets] = [:]
    for attribute in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = attribute.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, query.updateValue(try Self.unescaped(pair[1]), forKey: String(pair[0])) == nil else {
        throw Malformed("the pkcs11: URI's \(pair[0]) has no value, or two")
      }
    }
    guard query["module-path"]?.bytes.isEmpty != true, query["pin-source"]?.bytes.isEmpty != true else {
      throw Malformed("the pkcs11: URI names a file by nothing")
    }
    modulePath = query["module-path"]
    // RFC 7512 §2.4: a file, by its path or as a file: URI.
    pinSource = query["pin-source"].map { source in
      let prefix = ["file://", "file:"].first { source.bytes.starts(with: $0.utf8) } ?? ""
      return Octets(source.bytes.dropFirst(prefix.utf8.count))
    }
    guard pinSource?.bytes.first != UInt8(ascii: "|") else {
      throw Malformed("the pkcs11: URI's pin-source is a command, which isn't run")
    }
  }

  private static func unescaped(_ text: Substring) throws(Malformed) -> Octets {
    var octets: [UInt8] = []
    var rest = text.utf8[...]
    while let octet = rest.popFirst() {
      guard octet == UInt8(ascii: "%") else {
        octets.append(octet)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16), value != 0
      else { throw Malformed("the pkcs11: URI has a % that is none of an escaped octet") }
      octets.append(value)
      rest = rest.dropFirst(2)
    }
    return Octets(octets)
  }
}
