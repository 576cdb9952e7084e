import ACMECore

/// How control of one identifier is proved by one challenge: all that a solver needs to meet it.
struct Proof {
  /// What is to be proved; a wildcard is one here.
  let identifier: Identifier
  /// The identifier as the CA wrote it: without `*.`.
  let identifierObject: JSONObject
  let type: Challenge.Kind
  /// nil where no secret of the CA's is shown, but a record that stays; and so with the next.
  let token: Token?
  let keyAuthorization: KeyAuthorization?
  let publication: Publication

  /// Where it is to be seen, whoever puts it there.
  var sight: String {
    switch publication {
    case .http(let token, let host, _): "http://\(host)\(Publication.path(of: token))"
    case .dns(let record): "\(record.place) TXT"
    case .tls(let name, _): "the certificate of \(name)"
    }
  }

  /// nil where it isn't proved by DNS.
  var record: TXTRecord? { if case .dns(let record) = publication { record } else { nil } }
}

extension OrderDocument {
  /// nil where `challenge` is of a type that these tools don't know, or can't be met for such an identifier.
  func proof(_ challenge: Challenge, of authorization: Authorization) -> Proof? {
    guard let publication = publication(challenge, of: authorization),
      let identifier = authorization.raw["identifier"]?.object
    else { return nil }
    let token = challenge.answerable?.token
    return Proof(
      identifier: authorization.identifier, identifierObject: identifier, type: challenge.type, token: token,
      keyAuthorization: token.map { KeyAuthorization(token: $0, thumbprint: jwk.thumbprint) },
      publication: publication)
  }
}
