/// A TXT record by which control of a name is proved (RFC 8555 §8.4).
package struct TXTRecord: Equatable, Sendable {
  /// Where the CA looks for it.
  package let name: String
  /// Where a CNAME at `name` leads; nil where none was followed.
  package let target: RecordName?
  package let value: String
  /// Whether it is meant to stay (dns-persist-01).
  package let stays: Bool

  /// Throws `Malformed` for a name that no DNS holds: with a label before it, that of an identifier may be too long.
  init(name: String, target: RecordName? = nil, value: String, stays: Bool = false) throws(Malformed) {
    self.name = try RecordName(name).text
    self.target = target
    self.value = value
    self.stays = stays
  }

  /// Whether it is among the values that a name shows. One that stays may say more than it has to.
  package func isShown(by values: [[UInt8]]) -> Bool {
    let wanted = Array(value.utf8)
    guard stays, let permission = CAAPermission(wanted) else { return values.contains(wanted) }
    return values.contains { CAAPermission($0)?.grants(all: permission) ?? false }
  }

  /// Where it has to be put.
  package var place: String { target?.text ?? name }
}
