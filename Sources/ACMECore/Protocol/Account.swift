/// An account object (RFC 8555 §7.1.2), kept whole: CAs leave members out that the RFC requires.
package struct Account: Equatable, Sendable {
  package let raw: JSONObject
  package let status: Status
  package let contact: [String]
  /// Where its orders are listed: text, since it matters only where it is wanted.
  package var orders: String? { raw["orders"]?.string }

  package init(_ raw: JSONObject) throws(Malformed) {
    self.raw = raw
    status = Status(rawValue: try raw.string("status") ?? Status.valid.rawValue)
    contact = raw["contact"]?.array?.compactMap(\.string) ?? []
  }

  /// The same after it was closed (§7.3.6): nobody is shown it any more.
  package var closed: Account {
    var raw = raw
    raw["status"] = .string(Status.deactivated.rawValue)
    return Account(raw, status: .deactivated, contact: contact)
  }

  private init(_ raw: JSONObject, status: Status, contact: [String]) {
    self.raw = raw
    self.status = status
    self.contact = contact
  }
}
