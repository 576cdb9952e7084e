/// `acme-order/1`: an order on its way to a certificate, and all that the next step needs to know.
package struct OrderDocument: Sendable {
  package var ca: CASection
  package let accountURL: ACMEURL
  package let jwk: JWK
  package let url: ACMEURL
  /// `identifiers`, `profile`, `notBefore`, `notAfter`, `replaces` as they were sent.
  package let asked: JSONObject
  package let askedIdentifiers: [Identifier]
  package private(set) var order: Order
  package var authorizations: [Authorization]
  package let csr: CertificateRequest
  /// What no URL of the order may be. All that is known of the CA counts, as a document may leave some of it out.
  package private(set) var forbidden: ForbiddenURLs
  /// An unused nonce, which saves the next tool a round trip.
  package var replayNonce: Nonce?
  /// Members that we do not know, and one that never changes: `replaced`.
  private let others: JSONObject

  /// - Parameter isReplacing: whether the CA takes the order for the renewal of another certificate (RFC 9773 §5); nil
  ///   where it wasn't told of one.
  package init(
    ca: CASection, accountURL: ACMEURL, jwk: JWK, url: ACMEURL, asked: JSONObject, order: Order,
    authorizations: [Authorization] = [], isReplacing: Bool? = nil, csr: CertificateRequest
  ) throws {
    self.ca = ca
    self.accountURL = accountURL
    self.jwk = jwk
    self.url = url
    self.asked = asked
    self.askedIdentifiers = csr.identifiers
    self.order = order
    self.authorizations = authorizations
    self.csr = csr
    forbidden = ForbiddenURLs(account: accountURL, directory: ca.endpoints)
    others = isReplacing.map { ["replaced": .bool($0)] } ?? JSONObject()
    try check()
  }

  package init(_ object: JSONObject) throws(Failure) {
    let ca: CASection
    (ca, jwk, csr) = try reading("the order document") {
      try DocumentFormat.order.check(object)
      let csr = try CertificateRequest(Array(object.requiredString("csr").utf8))
      return (try CASection(object), try accountKey(object), csr)
    }
    self.ca = ca
    (asked, askedIdentifiers) = try reading("the order document: asked") {
      let asked = try object.requiredObject("asked")
      let identifiers = try (asked.array("identifiers") ?? []).compactMap(\.object).map {
        try Identifier($0)
      }
      return (asked, identifiers)
    }
    guard csr.names(are: askedIdentifiers) else {
      throw Failure(.input, "the order document asks for other names than its certificate request")
    }
    (accountURL, url, order, authorizations) = try reading("the order document") {
      let authorizations = try (object.array("authorizations") ?? []).map { element in
        guard let object = element.object else { throw Malformed("an authorization is not an object") }
        let authorization = try Authorization(object, url: object.requiredURL("url"))
        if authorization.status == .pending {
          guard authorization.challenges.count(where: \.isChosen) <= 1 else {
            throw Malformed("more than one challenge is chosen for \(authorization.identifier)")
          }
          if let oddity = authorization.chosen?.oddity { throw oddity }
        }
        return authorization
      }
      return (
        try object.requiredURL("accountURL"), try object.requiredURL("url"),
        try Order(object.requiredObject("order")), authorizations
      )
    }
    forbidden = ForbiddenURLs(account: accountURL, directory: ca.endpoints)
    replayNonce = (object["replayNonce"]?.string).flatMap { try? Nonce($0) }
    others = object
    try check()
  }

  /// Takes the order as the CA sent it last. Throws where it is another order all of a sudden: "clients SHOULD
  /// treat the order as invalid" (RFC 8555 §7.1.3). One that is over keeps the names and authorizations that it had.
  package mutating func update(_ newer: Order) throws(Failure) {
    var newer = newer
    newer.keep(from: order)
    guard newer.isOver || Set(newer.identifiers) == Set(order.identifiers) else {
      throw Failure(.protocolBroken, "the CA changed the names of the order \(url)")
    }
    guard newer.isOver || Set(newer.authorizations) == Set(order.authorizations) else {
      throw Failure(.protocolBroken, "the CA changed the authorizations of the order \(url)")
    }
    try checkURLs(newer.urls)
    order = newer
  }

  /// Takes an authorization as the CA sent it last; what was worked out for it stays.
  package mutating func update(_ newer: Authorization) throws(Failure) {
    var newer = newer
    let index = authorizations.firstIndex { $0.url == newer.url }
    newer.keepAdditions(of: index.map { authorizations[$0] })
    if let index, newer.identifier != authorizations[index].identifier {
      throw Failure(.protocolBroken, "the CA changed the name of the authorization \(newer.url)")
    }
    try check(newer)
    if let index { authorizations[index] = newer } else { authorizations.append(newer) }
  }

  /// Takes what the CA's response says of the chosen challenge of the authorization at `url`.
  package mutating func update(_ response: JSONObject, ofChosenAt url: ACMEURL) {
    guard let index = authorizations.firstIndex(where: { $0.url == url }) else { return }
    authorizations[index].updateChosen(response)
  }

  /// Puts the authorizations in the order in which the CA named them.
  package mutating func sortAuthorizations() {
    let places = Dictionary(order.authorizations.enumerated().map { ($1, $0) }) { first, _ in first }
    authorizations.sort { places[$0.url, default: .max] < places[$1.url, default: .max] }
  }

  /// Those of the order's that couldn't be fetched yet.
  package var missingAuthorizations: [ACMEURL] {
    let known = Set(authorizations.map(\.url))
    return order.authorizations.filter { !known.contains($0) }
  }

  /// What is to be published for `challenge` of `authorization`.
  package func publication(_ challenge: Challenge, of authorization: Authorization) -> Publication? {
    try? checkedPublication(challenge, of: authorization)
  }

  /// The same, saying why there is none.
  package func checkedPublication(
    _ challenge: Challenge, of authorization: Authorization
  ) throws(Malformed) -> Publication {
    if let url = challenge.answerable?.url { try check(url) }
    let applicant = Applicant(thumbprint: jwk.thumbprint, accountURL: accountURL, directory: ca.endpoints)
    return try Publication(challenge, identifier: authorization.identifier, of: applicant)
  }

  /// Takes the CA as it is now, where the document could not be believed.
  package mutating func adopt(_ ca: CASection) throws(Failure) {
    self.ca = ca
    try forbid(ca.endpoints)
  }

  /// Takes the CA's endpoints from somebody who knows better.
  package mutating func forbid(_ directory: Directory) throws(Failure) {
    forbidden.insert(directory)
    try check()
  }

  private func check() throws(Failure) {
    // RFC 8555 §11.1: an account key must not end up in a certificate.
    try csr.refuseKey(ofAccount: jwk)
    guard csr.names(are: order) else {
      throw Failure(
        .protocolBroken, "the order \(url) is for \(order.identifiers.list), not for \(askedIdentifiers.list)")
    }
    try reading("the order document") { try ca.allowedOrigins.check(accountURL) }
    try checkURLs([url] + order.urls)
    for authorization in authorizations { try check(authorization) }
  }

  /// Control is proved only of what was asked for (RFC 8555 §7.5).
  private func check(_ authorization: Authorization) throws(Failure) {
    guard order.authorizations.contains(authorization.url) else {
      throw Failure(.protocolBroken, "the authorization \(authorization.url) is none of the order \(url)")
    }
    guard askedIdentifiers.contains(authorization.identifier) else {
      throw Failure(
        .protocolBroken,
        "the authorization \(authorization.url) is for \(authorization.identifier), which wasn't asked for")
    }
    try checkURLs([authorization.url])
    // Of the others nothing has to be right.
    guard authorization.status == .pending, let chosen = authorization.chosen else { return }
    try reading("the order \(url): \(chosen.type) for \(authorization.identifier)", status: .protocolBroken) {
      if let oddity = chosen.oddity { throw oddity }
      if let url = chosen.answerable?.url { try check(url) }
    }
  }

  private func checkURLs(_ urls: [ACMEURL]) throws(Failure) {
    try reading("the order \(url)", status: .protocolBroken) { for url in urls { try check(url) } }
  }

  private func check(_ url: ACMEURL) throws(Malformed) {
    try ca.allowedOrigins.check(url)
    try forbidden.check(url)
  }
}

extension OrderDocument {
  package var object: JSONObject {
    get throws {
      var object = others
      object["format"] = .string(DocumentFormat.order.rawValue)
      ca.write(to: &object)
      object["accountURL"] = .string(accountURL.text)
      object["jwk"] = .object(jwk.object)
      object["thumbprint"] = .string(jwk.thumbprint)
      object["url"] = .string(url.text)
      object["asked"] = .object(asked)
      object["order"] = .object(order.raw)
      object["authorizations"] = .array(authorizations.map { .object(written($0)) })
      object["csr"] = .string(try csr.pem)
      object["replayNonce"] = replayNonce.map { .string($0.text) }
      return object
    }
  }

  private func written(_ authorization: Authorization) -> JSONObject {
    var object = authorization.raw
    object["url"] = .string(authorization.url.text)
    if object["challenges"] == nil {
      object["challenges"] = .array(authorization.challenges.map { written($0, of: authorization) })
    }
    return object
  }

  private func written(_ challenge: Challenge, of authorization: Authorization) -> JSON {
    var object = challenge.raw
    guard let answerable = challenge.answerable,
      let publication = publication(challenge, of: authorization)
    else { return challenge.sent }
    object["keyAuthorization"] = answerable.token.map {
      .string(KeyAuthorization(token: $0, thumbprint: jwk.thumbprint).text)
    }
    let member = publication.member
    object[member.name] = .object(member.object)
    if challenge.isChosen { object["chosen"] = .bool(true) }
    return .object(object)
  }
}
