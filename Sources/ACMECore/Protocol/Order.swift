/// An order object as the CA last sent it (RFC 8555 §7.1.3).
package struct Order: Equatable, Sendable {
  static let maxAuthorizations = 1000

  package private(set) var raw: JSONObject
  package let status: Status
  package let identifiers: [Identifier]
  package let authorizations: [ACMEURL]
  /// Required by the RFC; kept from an earlier answer where one lacks it.
  package private(set) var finalize: ACMEURL?
  package let certificate: ACMEURL?
  package let expires: Timestamp?
  package let error: Problem?

  package init(_ raw: JSONObject) throws(Malformed) {
    self.raw = raw
    status = Status(rawValue: try raw.requiredString("status"))
    guard let identifiers = try raw.array("identifiers"), !identifiers.isEmpty else {
      throw Malformed("\"identifiers\" is missing")
    }
    self.identifiers = try identifiers.map { element throws(Malformed) in
      guard let object = element.object else { throw Malformed("an identifier is not an object") }
      return try Identifier(object)
    }
    guard let authorizations = try raw.array("authorizations") else {
      throw Malformed("\"authorizations\" is missing")
    }
    guard authorizations.count <= Self.maxAuthorizations else {
      throw Malformed("the order has more than \(Self.maxAuthorizations) authorizations")
    }
    self.authorizations = try authorizations.map { element throws(Malformed) in
      guard let text = element.string else { throw Malformed("an authorization is no URL") }
      return try ACMEURL(text)
    }
    finalize = try raw.url("finalize")
    certificate = try raw.url("certificate")
    expires = (raw["expires"]?.string).flatMap { try? Timestamp($0) }
    error = try raw.object("error").map(Problem.init)
  }

  package mutating func keepFinalize(from earlier: Order) {
    guard finalize == nil, let url = earlier.finalize else { return }
    finalize = url
    raw["finalize"] = .string(url.text)
  }

  /// Whether its time to be proved or finalized is over; an issued certificate is not touched by that.
  package func isExpired(at now: Timestamp) -> Bool {
    [.pending, .ready].contains(status) && expires.map { $0 < now } ?? false
  }

  var urls: [ACMEURL] { authorizations + [finalize, certificate].compactMap { $0 } }
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
