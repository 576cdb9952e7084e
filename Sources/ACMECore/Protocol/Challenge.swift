/// A way in which the CA lets control of an identifier be proved (RFC 8555 §7.1.5 and §8).
package struct Challenge: Equatable, Sendable {
  /// An open set; the ones named here are those that we can say what to publish for.
  package struct Kind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let http01 = Kind(rawValue: "http-01")
    package static let dns01 = Kind(rawValue: "dns-01")
    package static let tlsALPN01 = Kind(rawValue: "tls-alpn-01")
    package static let dnsAccount01 = Kind(rawValue: "dns-account-01")
    package static let dnsPersist01 = Kind(rawValue: "dns-persist-01")
    package static let known: [Kind] = [.http01, .dns01, .tlsALPN01, .dnsAccount01, .dnsPersist01]

    package var description: String { rawValue.shown(limit: 100) }

    /// A wildcard is proved by DNS alone (RFC 8555 §7.1.4 and 8.4), an address never (RFC 8738 §7).
    package func canProve(_ identifier: Identifier) -> Bool {
      switch (self, identifier) {
      case (.dns01, .dns), (.dnsAccount01, .dns), (.dnsPersist01, .dns): true
      case (.http01, .dns(_, wildcard: false)), (.tlsALPN01, .dns(_, wildcard: false)): true
      case (.http01, .ip), (.tlsALPN01, .ip): true
      default: false
      }
    }
  }

  /// What makes a challenge one that can be met.
  package struct Answerable: Equatable, Sendable {
    package let url: ACMEURL
    /// nil for dns-persist-01, which has none.
    package let token: Token?
  }

  /// The CA's object, without what our documents add to it.
  package let raw: JSONObject
  package let type: Kind
  package let status: Status
  package let error: Problem?
  /// nil for a type that we do not know: it is carried along and passed over.
  package let answerable: Answerable?
  /// Whether this is the challenge by which control is to be proved.
  package var isChosen: Bool
  /// Where a CNAME leads that stands at the name of the record to publish.
  package var target: RecordName?

  /// What a document adds to the CA's object.
  static let additions = ["keyAuthorization", "http", "dns", "tls", "chosen"]

  /// - Parameter isOpen: whether it may have to be met. Where and with which token matters only then.
  package init(_ object: JSONObject, isOpen: Bool = true) throws(Malformed) {
    type = Kind(rawValue: try object.requiredString("type"))
    status = Status(rawValue: try object.string("status") ?? Status.pending.rawValue)
    error = Problem(error: object["error"])
    guard Kind.known.contains(type) else {
      raw = object
      answerable = nil
      isChosen = false
      return
    }
    isChosen = object["chosen"]?.bool ?? false
    target = try object.object("dns")?.string("target").map { text throws(Malformed) in try RecordName(text) }
    var raw = object
    for name in Self.additions { raw[name] = nil }
    self.raw = raw
    do {
      answerable = try Self.answerable(object, type)
    } catch {
      guard !isOpen else { throw error }
      answerable = nil
    }
  }

  private static func answerable(_ object: JSONObject, _ type: Kind) throws(Malformed) -> Answerable {
    Answerable(
      url: try object.requiredURL("url"),
      token: try type == .dnsPersist01 ? nil : Token(object.requiredString("token")))
  }

  /// This challenge with what `answer` says of it; nil where that is none of this type.
  func updated(by answer: JSONObject) -> Challenge? {
    guard answer["type"]?.string == type.rawValue, answer["status"]?.string != nil else { return nil }
    var object = raw
    object["error"] = nil
    for (name, value) in answer.members where !(Self.additions + ["url", "token"]).contains(name) {
      object[name] = value
    }
    guard var newer = try? Challenge(object) else { return nil }
    newer.isChosen = isChosen
    newer.target = target
    return newer
  }
}
