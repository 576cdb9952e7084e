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

    /// A wildcard is proved by DNS alone (RFC 8555 §7.1.4 and 8.4), an address never (RFC 8738 §7), and neither is a name
    /// before which there is no room for that of its record.
    package func canProve(_ identifier: Identifier) -> Bool {
      switch (self, identifier) {
      case (.dns01, .dns(let name, _)): name.hasRoom(for: "_acme-challenge")
      case (.dnsAccount01, .dns(let name, _)): name.hasRoom(for: "_0123456789abcdef._acme-challenge")
      case (.dnsPersist01, .dns(let name, _)): name.hasRoom(for: StandingRecord.label)
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

  /// What the CA sent, without what our documents add to it.
  package let sent: JSON
  package let type: Kind
  package let status: Status
  package let error: Problem?
  /// nil for a type that we do not know, and for one that isn't as it has to be: it is carried along and passed over.
  package let answerable: Answerable?
  /// What is wrong with it, which matters only where it is wanted.
  package let oddity: Malformed?
  /// Whether this is the challenge by which control is to be proved.
  package var isChosen: Bool
  /// Where a CNAME leads that stands at the name of the record to publish.
  package var target: RecordName?

  /// What a document adds to the CA's object.
  static let additions = ["keyAuthorization", "http", "dns", "tls", "chosen"]

  package var raw: JSONObject { sent.object ?? JSONObject() }

  /// - Parameters:
  ///   - element: what stands among the challenges of an authorization.
  ///   - isDocumented: whether a document of ours has added something to it.
  ///
  /// Throws `Malformed` for what is wrong with that; what is wrong with the CA's own is an `oddity`.
  package init(_ element: JSON, isDocumented: Bool = true) throws(Malformed) {
    let object = element.object ?? JSONObject()
    type = Kind(rawValue: object["type"]?.string ?? "")
    status = Status(rawValue: object["status"]?.string ?? Status.pending.rawValue)
    error = Problem(error: object["error"])
    (answerable, oddity) = Self.answerable(element, type)
    isChosen = false
    guard Kind.known.contains(type) else {
      sent = element
      return
    }
    var raw = object
    for name in Self.additions { raw[name] = nil }
    sent = .object(raw)
    guard isDocumented else { return }
    isChosen = object["chosen"]?.bool ?? false
    target = try object.object("dns")?.string("target").map { text throws(Malformed) in try RecordName(text) }
  }

  private static func answerable(_ element: JSON, _ type: Kind) -> (Answerable?, Malformed?) {
    do throws(Malformed) {
      guard let object = element.object else { throw Malformed("a challenge is not an object") }
      _ = try object.requiredString("type")
      _ = try object.string("status")
      guard Kind.known.contains(type) else { return (nil, nil) }
      let token = try type == .dnsPersist01 ? nil : Token(object.requiredString("token"))
      return (Answerable(url: try object.requiredURL("url"), token: token), nil)
    } catch {
      return (nil, error)
    }
  }

  /// This challenge with what `answer` says of it; nil where that is none of this type.
  func updated(by answer: JSONObject) -> Challenge? {
    guard answer["type"]?.string == type.rawValue, answer["status"]?.string != nil else { return nil }
    var object = raw
    object["error"] = nil
    for (name, value) in answer.members where !(Self.additions + ["url", "token"]).contains(name) {
      object[name] = value
    }
    guard var newer = try? Challenge(.object(object)), newer.oddity == nil else { return nil }
    newer.isChosen = isChosen
    newer.target = target
    return newer
  }
}
