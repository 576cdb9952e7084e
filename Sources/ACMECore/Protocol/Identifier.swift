/// What a certificate is for (RFC 8555 §9.7.7). The types are an open set: one that we do not know is kept.
package enum Identifier: Hashable, Sendable {
  /// A name below which any one label is meant where `wildcard` is true; the name itself has no `*.`.
  case dns(DomainName, wildcard: Bool)
  case ip(IPAddress)
  case other(type: String, value: String)

  /// Reads what a person types: Unicode names, wildcards, IPv4 and IPv6 addresses.
  package init(typed text: String) throws(Malformed) {
    if let address = IPAddress(text) {
      self = .ip(address)
      return
    }
    self = try Self.dns(text, "neither a DNS name nor an address") { name throws(NameError) in
      try DomainName(typed: name)
    }
  }

  /// Reads a DNS name as a certificate, a request or a CA writes it.
  package init(wireName text: String) throws(Malformed) {
    self = try Self.dns(text, "no DNS name") { name throws(NameError) in try DomainName(wire: name) }
  }

  private static func dns(
    _ text: String, _ otherwise: String, _ parse: (String) throws(NameError) -> DomainName
  ) throws(Malformed) -> Identifier {
    guard !text.unicodeScalars.contains(where: { $0.strayOctet != nil }) else {
      throw Malformed(
        "\(Octets(carried: text).description.shown(limit: 255)) is \(otherwise): it isn't UTF-8",
        hint: "give its A-label (xn--…)")
    }
    let wildcard = text.hasPrefix("*.")
    let shown = text.shown(limit: 255)
    let name: DomainName
    do { name = try parse(wildcard ? String(text.dropFirst(2)) : text) } catch {
      throw Malformed("\(shown) is \(otherwise): \(error.reason)", hint: hint(for: text))
    }
    // RFC 1035 §2.3.4, the two characters of "*." included.
    guard !wildcard || name.text.utf8.count <= 251 else { throw Malformed("\(shown) is \(otherwise): it is too long") }
    return .dns(name, wildcard: wildcard)
  }

  private static func hint(for text: String) -> String? {
    if text.unicodeScalars.contains(where: { !$0.isASCII }) {
      return "IDNA 2008 has no such name; one that is registered all the same has an A-label (xn--…): give that"
    }
    if text.hasPrefix("["), text.hasSuffix("]"), IPAddress(String(text.dropFirst().dropLast())) != nil {
      return "an IPv6 address has no brackets here"
    }
    if text.contains(",") { return "each name is a word of its own, without commas" }
    return text.contains { ":/@".contains($0) } ? "a name stands alone, without scheme, user, port or path" : nil
  }

  /// Reads `{"type": …, "value": …}`.
  package init(_ object: JSONObject) throws(Malformed) {
    let type = try object.requiredString("type")
    let value = try object.requiredString("value")
    switch type {
    case "dns": try self.init(wireName: value)
    case "ip":
      guard let address = IPAddress(value) else { throw Malformed("\(value) is no IP address") }
      self = .ip(address)
    default: self = .other(type: type, value: value)
    }
  }

  package var object: JSONObject { ["type": .string(type), "value": .string(value)] }

  package var type: String {
    switch self {
    case .dns: "dns"
    case .ip: "ip"
    case .other(let type, _): type
    }
  }

  package var value: String {
    switch self {
    case .dns(let name, let wildcard): wildcard ? "*.\(name.text)" : name.text
    case .ip(let address): address.text
    case .other(_, let value): value
    }
  }
}

extension Identifier: CustomStringConvertible {
  package var description: String { value }
}

extension Sequence<Identifier> {
  package var list: String { map(\.value).joined(separator: ", ") }
}
