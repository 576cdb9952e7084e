/// An order object as the CA last sent it (RFC 8555 §7.1.3).
package struct Order: Equatable, Sendable {
  static let maxAuthorizations = 1000

  package private(set) var raw: JSONObject
  package let status: Status
  /// Whether nothing more is to be done with it. Some CAs then send little more than the status.
  package let isOver: Bool
  package private(set) var identifiers: [Identifier]
  /// Each once, whatever the CA sent.
  package private(set) var authorizations: [ACMEURL]
  /// Required by the RFC; kept from an earlier answer where one lacks it.
  package private(set) var finalize: ACMEURL?
  package let certificate: ACMEURL?
  package let error: Problem?

  /// - Parameter isGivenUp: whether the account has given the order up, whatever its status is. Of an order that is
  ///   over nothing but the status has to be right, and of any other what its status calls for.
  package init(_ raw: JSONObject, isGivenUp: Bool = false) throws(Malformed) {
    self.raw = raw
    status = Status(rawValue: try raw.requiredString("status"))
    isOver = isGivenUp || !Status.onTheWay.contains(status)
    error = Problem(error: raw["error"])
    guard !isOver else {
      identifiers = (try? Self.identifiers(in: raw)) ?? []
      authorizations = (try? Self.authorizations(in: raw)) ?? []
      finalize = try? raw.url("finalize")
      certificate = nil
      return
    }
    identifiers = try Self.identifiers(in: raw)
    authorizations = try Self.authorizations(in: raw)
    finalize = try Self.url("finalize", in: raw, isNeeded: [.pending, .ready].contains(status))
    certificate = try Self.url("certificate", in: raw, isNeeded: status == .valid)
  }

  private static func url(_ name: String, in raw: JSONObject, isNeeded: Bool) throws(Malformed) -> ACMEURL? {
    do { return try raw.url(name) } catch {
      guard !isNeeded else { throw error }
      return nil
    }
  }

  private static func identifiers(in raw: JSONObject) throws(Malformed) -> [Identifier] {
    guard let identifiers = try raw.array("identifiers"), !identifiers.isEmpty else {
      throw Malformed("\"identifiers\" is missing")
    }
    return try identifiers.map { element throws(Malformed) in
      guard let object = element.object else { throw Malformed("an identifier is not an object") }
      return try Identifier(object)
    }
  }

  private static func authorizations(in raw: JSONObject) throws(Malformed) -> [ACMEURL] {
    guard let authorizations = try raw.array("authorizations") else {
      throw Malformed("\"authorizations\" is missing")
    }
    guard authorizations.count <= maxAuthorizations else {
      throw Malformed("the order has more than \(maxAuthorizations) authorizations")
    }
    return try authorizations.map { element throws(Malformed) in
      guard let text = element.string else { throw Malformed("an authorization is no URL") }
      return try ACMEURL(text)
    }.unique
  }

  /// Takes over what an answer may lack: finalize, and of an order that is over what it was for.
  mutating func keep(from earlier: Order) {
    if finalize == nil, let url = earlier.finalize {
      finalize = url
      raw["finalize"] = .string(url.text)
    }
    guard isOver, !earlier.identifiers.isEmpty else { return }
    identifiers = earlier.identifiers
    authorizations = earlier.authorizations
    for name in ["identifiers", "authorizations"] { raw[name] = earlier.raw[name] }
  }

  /// Those that may still be asked for.
  var urls: [ACMEURL] { authorizations + (isOver ? [] : [finalize, certificate].compactMap { $0 }) }
}
