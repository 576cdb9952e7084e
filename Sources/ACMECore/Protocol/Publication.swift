/// What has to be visible where, for a challenge to succeed.
package enum Publication: Equatable, Sendable {
  /// A file that the web server of the identifier shows (RFC 8555 §8.3).
  case http(token: Token, host: String, body: String)
  case dns(TXTRecord)
  /// A certificate that is shown to who asks for `acme-tls/1` by SNI `name` (RFC 8737, RFC 8738).
  case tls(name: String, digest: String)

  /// The folder that http-01 looks into (RFC 8555 §8.3).
  package static let httpFolder = ".well-known/acme-challenge"

  /// Where below a host's root the file of `token` is to be seen.
  package static func path(of token: Token) -> String { "/\(httpFolder)/\(token.text)" }

  /// Throws where the challenge is malformed, of a type that we do not know, or cannot be met for such an identifier.
  package init(_ challenge: Challenge, identifier: Identifier, of applicant: Applicant) throws(Malformed) {
    if let oddity = challenge.oddity { throw oddity }
    if case (.dnsPersist01, .dns(let name, let isWildcard)) = (challenge.type, identifier) {
      let record = try StandingRecord(challenge.raw, name: name, isWildcard: isWildcard, of: applicant)
      self = try .dns(TXTRecord(name: "\(StandingRecord.label).\(name.text)", value: record.value, stays: true))
      return
    }
    guard let token = challenge.answerable?.token else { throw Malformed("\(challenge.type) is not known here") }
    try self.init(challenge.type, identifier, token, target: challenge.target, of: applicant)
  }

  /// The same for a `token` that may be nobody's challenge.
  ///
  /// - Parameter target: where a CNAME leads that stands at the name of the record.
  ///
  /// Throws `Malformed` where control of `identifier` can't be proved so.
  package init(
    _ type: Challenge.Kind, _ identifier: Identifier, _ token: Token, target: RecordName? = nil, of applicant: Applicant
  ) throws(Malformed) {
    let authorization = KeyAuthorization(token: token, thumbprint: applicant.thumbprint)
    switch (type, identifier) {
    case (.http01, .dns(let name, wildcard: false)):
      self = .http(token: token, host: name.text, body: authorization.text)
    case (.http01, .ip(let address)):
      let host = address.octets.count == 16 ? "[\(address.text)]" : address.text
      self = .http(token: token, host: host, body: authorization.text)
    case (.dns01, .dns(let name, _)):
      self = try .dns(
        TXTRecord(name: "_acme-challenge.\(name.text)", target: target, value: authorization.dnsValue))
    case (.dnsAccount01, .dns(let name, _)):
      self = try .dns(
        TXTRecord(
          name: "\(applicant.dnsLabel)._acme-challenge.\(name.text)", target: target,
          value: authorization.dnsValue))
    case (.tlsALPN01, .dns(let name, wildcard: false)):
      self = .tls(name: name.text, digest: authorization.tlsDigest)
    case (.tlsALPN01, .ip(let address)):
      self = .tls(name: address.reverseName, digest: authorization.tlsDigest)
    default: throw Malformed("\(type) can't prove control of \(identifier)")
    }
  }

  /// The member that a document adds to the challenge, with its name.
  package var member: (name: String, object: JSONObject) {
    switch self {
    case .http(let token, let host, let body):
      let path = Self.path(of: token)
      return ("http", ["body": .string(body), "path": .string(path), "url": .string("http://\(host)\(path)")])
    case .dns(let record):
      var object: JSONObject = ["name": .string(record.name), "type": "TXT", "value": .string(record.value)]
      object["target"] = record.target.map { .string($0.text) }
      return ("dns", object)
    case .tls(let name, let digest): return ("tls", ["digest": .string(digest), "name": .string(name)])
    }
  }

  /// A line that a person, or a script of theirs, can publish from.
  package var line: String {
    switch self {
    case .http(let token, let host, let body): "http://\(host)\(Self.path(of: token)) \(body)"
    case .dns(let record): "\(record.place) TXT \(record.value)"
    case .tls(let name, let digest): "\(name) acmeIdentifier \(digest)"
    }
  }
}
