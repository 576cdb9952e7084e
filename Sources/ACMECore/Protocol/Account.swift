/// An account object (RFC 8555 §7.1.2), kept whole: CAs leave members out that the RFC requires.
package struct Account: Equatable, Sendable {
  package let raw: JSONObject
  package let status: Status
  package let contact: [String]

  package init(_ raw: JSONObject) throws(Malformed) {
    self.raw = raw
    status = Status(rawValue: try raw.string("status") ?? Status.valid.rawValue)
    contact = raw["contact"]?.array?.compactMap(\.string) ?? []
  }
}
