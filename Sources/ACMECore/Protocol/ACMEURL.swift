/// An https URL exactly as it was given: the string that is signed is the string that is requested
/// (RFC 8555 §6.4), so nothing is normalised. https only (§6.1).
package struct ACMEURL: Hashable, WebURL {
  package static let schemes = "https"

  static let maxLength = 2048

  package let text: String
  /// Scheme, host and port, comparable: the host in lower case, the default port filled in.
  package let origin: String
  package let host: String
  let port: Int
  /// Path and query, as they are.
  let target: String

  /// Stricter than RFC 3986 where parsers disagree: no user, no fragment, no backslash, printable ASCII only.
  package init(_ text: String) throws(Malformed) {
    guard text.utf8.count <= Self.maxLength else { throw Malformed("a URL is too long") }
    guard !text.utf8.contains(UInt8(ascii: "#")) else {
      throw Malformed("\(text) holds a fragment, which is never sent", breaksProtocol: true)
    }
    guard text.utf8.allSatisfy(Self.isAllowed) else { throw Malformed("a URL holds a character that it may not") }
    guard text.prefix(8).lowercased() == "https://" else {
      throw Malformed("\(text) is not an https URL", breaksProtocol: true)
    }
    let authority = text.dropFirst(8).prefix { $0 != "/" && $0 != "?" }
    guard !authority.utf8.contains(UInt8(ascii: "@")) else {
      throw Malformed("\(text) holds a user's name before its host", breaksProtocol: true)
    }
    guard let (host, port) = Self.split(authority) else { throw Malformed("\(text) has no host that can be used") }
    self.text = text
    self.host = host
    self.port = port
    origin = "https://\(host):\(port)"
    target = String(text[authority.endIndex...])
  }

  private static let forbidden = Set("\"#<>\\^`{|}".utf8)

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !forbidden.contains(byte)
  }

  private static func split(_ authority: Substring) -> (host: String, port: Int)? {
    let host: Substring
    let rest: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[...end]
      rest = authority[authority.index(after: end)...]
      guard host.contains(":"), IPAddress(String(host.dropFirst().dropLast())) != nil else { return nil }
    } else {
      host = authority.prefix { $0 != ":" }
      rest = authority[host.endIndex...]
      let plain = host.utf8.allSatisfy {
        $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
          || Character(Unicode.Scalar($0)).isLetter || Character(Unicode.Scalar($0)).isNumber
      }
      guard !host.isEmpty, plain else { return nil }
    }
    if rest.isEmpty { return (host.lowercased(), 443) }
    guard rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let port = Int(rest.dropFirst()), (1...65535).contains(port)
    else { return nil }
    return (host.lowercased(), port)
  }
}

extension JSONObject {
  /// The https URL under `name`; nil where it is missing.
  package func url(_ name: String) throws(Malformed) -> ACMEURL? {
    guard let text = try string(name) else { return nil }
    return try ACMEURL(text)
  }

  package func requiredURL(_ name: String) throws(Malformed) -> ACMEURL {
    try ACMEURL(requiredString(name))
  }
}
