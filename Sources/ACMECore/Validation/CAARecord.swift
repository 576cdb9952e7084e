/// One CAA record: what the owner of a domain says of CAs (RFC 8659 §4).
package struct CAARecord: Equatable, Sendable {
  let isCritical: Bool
  /// In lower case: "Matching of tags is case insensitive."
  let tag: String
  let value: [UInt8]

  /// Reads the data of a record; nil for what isn't as §4.1 has it.
  package init?(data: [UInt8]) {
    guard data.count > 2, data[1] > 0, data.count >= 2 + Int(data[1]) else { return nil }
    let end = 2 + Int(data[1])
    let tag = data[2..<end]
    guard tag.allSatisfy(Self.isLetterOrDigit) else { return nil }
    // Many have taken the bit of significance 1 for the critical one, and CAs take it for that too.
    isCritical = data[0] & (0x80 | 0x01) != 0
    self.tag = String(decoding: tag, as: UTF8.self).lowercased()
    value = Array(data[end...])
  }

  fileprivate static func isLetterOrDigit(_ octet: UInt8) -> Bool {
    (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
  }
}

/// The value of a property issue or issuewild: which CA may issue, and on which conditions (RFC 8659 §4.2). The records
/// of dns-persist-01 are written in the same way.
struct CAAPermission: Equatable {
  /// In lower case; nil where it is nobody.
  let issuer: String?
  private let parameters: [(tag: String, value: String)]

  /// nil for what isn't as the grammar has it: that allows nobody anything.
  init?(_ octets: [UInt8]) {
    guard octets.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else { return nil }
    var parts = String(decoding: octets, as: UTF8.self).split(separator: ";", omittingEmptySubsequences: false)
      .map { String($0).trimmingBlanks }
    let issuer = parts.removeFirst().lowercased()
    guard issuer.isEmpty || Self.isDomain(issuer) else { return nil }
    self.issuer = issuer.isEmpty ? nil : issuer
    if parts == [""] { parts = [] }
    var parameters: [(tag: String, value: String)] = []
    for part in parts {
      guard let sign = part.firstIndex(of: "=") else { return nil }
      let tag = String(part[..<sign]).trimmingBlanks
      let value = String(part[part.index(after: sign)...]).trimmingBlanks
      guard Self.isLabel(tag), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
      parameters.append((tag.lowercased(), value))
    }
    self.parameters = parameters
  }

  static func == (one: CAAPermission, other: CAAPermission) -> Bool {
    one.issuer == other.issuer && one.parameters.elementsEqual(other.parameters, by: ==)
  }

  func values(of tag: String) -> [String] { parameters.filter { $0.tag == tag }.map(\.value) }

  /// Whether it says all that `other` says, and nothing else of the same.
  func grants(all other: CAAPermission) -> Bool {
    issuer == other.issuer && other.parameters.allSatisfy { values(of: $0.tag) == [$0.value] }
  }

  private static func isDomain(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) }
  }

  private static func isLabel(_ text: String) -> Bool {
    let octets = Array(text.utf8)
    guard let first = octets.first, let last = octets.last else { return false }
    return CAARecord.isLetterOrDigit(first) && CAARecord.isLetterOrDigit(last)
      && octets.allSatisfy { CAARecord.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
  }
}
