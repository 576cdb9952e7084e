/// A DNS name as certificates and ACME carry it: lower-case A-labels and other LDH labels, no
/// trailing dot, no wildcard (RFC 8555 §7.1.4, RFC 5890 §2.3).
package struct DomainName: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package var description: String { text }

  /// Reads what a person types: Unicode, upper case, one trailing dot.
  package init(typed: String) throws(NameError) {
    guard typed.utf8.count <= Self.maxTypedLength else { throw .nameTooLong }
    // Scalars are split, not characters: a full stop and a combining mark make one character.
    var parts = typed.unicodeScalars.split(omittingEmptySubsequences: false) {
      Self.fullStops.contains($0)
    }
    if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    var labels: [IDNA.Label] = []
    for part in parts {
      labels.append(try IDNA.label(typed: part))
    }
    // What is typed as A-labels is taken as it is.
    if typed.unicodeScalars.contains(where: { !$0.isASCII }) { try IDNA.checkBidi(labels) }
    try self.init(labels: labels.map(\.ascii))
  }

  /// Reads what a CA, a request or a document holds: A-labels and other LDH labels already. Upper
  /// case is lowered; a trailing dot is refused. An A-label has to be sound Punycode, but whether
  /// IDNA2008 allows its characters is not asked again: names outside of it have been registered,
  /// and certificates for them are the CA's decision.
  package init(wire: String) throws(NameError) {
    guard wire.utf8.count <= Self.maxLength else { throw .nameTooLong }
    let lowered = wire.unicodeScalars.map(Self.lowered)
    guard lowered.last != "." else { throw .trailingDot }
    var labels: [String] = []
    for part in lowered.split(separator: ".", omittingEmptySubsequences: false) {
      let label = String(String.UnicodeScalarView(part))
      try LDH.check(label)
      if label.hasPrefix(IDNA.prefix) { _ = try IDNA.decoded(label) }
      labels.append(label)
    }
    try self.init(labels: labels)
  }

  /// What holds for the whole name; each label has been checked.
  private init(labels: [String]) throws(NameError) {
    let text = labels.joined(separator: ".")
    guard text.utf8.count <= Self.maxLength else { throw .nameTooLong }
    // Resolvers and browsers read such a name as an IPv4 address.
    guard labels.last?.utf8.allSatisfy(LDH.isDigit) == false else { throw .numericLastLabel }
    self.text = text
  }

  /// Whether there is a DNS name of these labels before it.
  func hasRoom(for labels: String) -> Bool { labels.utf8.count + 1 + text.utf8.count <= Self.maxLength }

  /// RFC 1035 §2.3.4: 255 octets on the wire, which is 253 as text without the last dot.
  static let maxLength = 253

  /// Longer than anything that could come to 253 octets, with four octets a scalar and four scalars a
  /// decomposed letter. It bounds the work before it starts.
  private static let maxTypedLength = 4096

  /// The ideographic full stop is what an input method writes in the place of the dot (RFC 5895 §2, step 4).
  private static let fullStops: [Unicode.Scalar] = [".", "\u{3002}"]

  /// Only ASCII: Unicode's own mapping would make a `k` of the Kelvin sign.
  private static func lowered(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar
  }
}

/// Why a text is no domain name. The reason holds nothing of the text itself but code points'
/// numbers, so that it can be shown anywhere.
package struct NameError: Error, Equatable {
  package let reason: String

  static let nameTooLong = NameError(reason: "name is longer than 253 octets")
  static let trailingDot = NameError(reason: "name ends in a dot")
  static let numericLastLabel = NameError(reason: "last label is a number, as in an IP address")
}
