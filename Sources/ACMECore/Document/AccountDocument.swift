/// `acme-account/1`: an account at a CA, without its private key.
package struct AccountDocument: Equatable, Sendable {
  package var ca: CASection
  /// The JWS `kid`, byte for byte as the CA's Location said it (RFC 8555 §7.3).
  package let url: ACMEURL
  package private(set) var jwk: JWK
  package private(set) var account: Account
  /// Members that we do not know.
  private let others: JSONObject

  package init(ca: CASection, url: ACMEURL, jwk: JWK, account: Account) {
    self.ca = ca
    self.url = url
    self.jwk = jwk
    self.account = account
    others = JSONObject()
  }

  package init(_ object: JSONObject) throws(Failure) {
    (ca, url, jwk, account) = try reading("the account document") {
      try DocumentFormat.account.check(object)
      let ca = try CASection(object)
      let url = try object.requiredURL("url")
      try ca.allowedOrigins.check(url)
      return (ca, url, try accountKey(object), try Account(object.requiredObject("account")))
    }
    others = object
  }

  /// The account as the CA has it now.
  package func with(_ account: Account) -> AccountDocument {
    var document = self
    document.account = account
    return document
  }

  /// The account with another key, as the CA shows it.
  package func with(_ jwk: JWK, _ account: Account) -> AccountDocument {
    var document = self
    document.jwk = jwk
    document.account = account
    return document
  }

  package var object: JSONObject {
    var object = others
    object["format"] = .string(DocumentFormat.account.rawValue)
    ca.write(to: &object)
    object["url"] = .string(url.text)
    object["jwk"] = .object(jwk.object)
    object["thumbprint"] = .string(jwk.thumbprint)
    object["account"] = .object(account.raw)
    return object
  }
}
