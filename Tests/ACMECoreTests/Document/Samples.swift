@testable import ACMECore

/// Documents as the tools write them, made of published keys.
enum Samples {
  static let directory = """
    {"newNonce":"https://ca.example/nonce","newAccount":"https://ca.example/account","newOrder":"https://ca.example/order",\
    "revokeCert":"https://ca.example/revoke","keyChange":"https://ca.example/change","odd":"https://elsewhere.example/"}
    """

  static func object(_ text: String) throws -> JSONObject { try JSONObject(parsing: Array(text.utf8)) }

  static func ca() throws -> CASection {
    CASection(
      directory: try ACMEURL("https://ca.example/dir"), endpoints: try Directory(object(directory)),
      endpointsAt: try Timestamp("2026-11-23T12:00:00Z"))
  }

  static func order(
    status: String = "pending", names: [String] = ["example.org"],
    authorizations: [String] = ["https://ca.example/authz/1"],
    more: String = ""
  ) throws -> Order {
    let identifiers = names.map { #"{"type":"dns","value":"\#($0)"}"# }.joined(separator: ",")
    let urls = authorizations.map { "\"\($0)\"" }.joined(separator: ",")
    return try Order(
      object(
        #"{"status":"\#(status)","identifiers":[\#(identifiers)],"authorizations":[\#(urls)],"finalize":"https://ca.example/fin"\#(more)}"#
      ))
  }

  static func authorization(_ name: String = "example.org", url: String = "https://ca.example/authz/1") throws
    -> Authorization
  {
    try Authorization(
      object(
        """
        {"status":"pending","identifier":{"type":"dns","value":"\(name)"},"new":1.50,"challenges":[
        {"type":"http-01","status":"pending","url":"https://ca.example/c/1","token":"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"},
        {"type":"dns-01","status":"pending","url":"https://ca.example/c/2","token":"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"},
        {"type":"odd-01","token":"../../x","url":"ftp://nowhere"}]}
        """), url: ACMEURL(url))
  }

  static func document() throws -> OrderDocument {
    let key = try PublishedKeys.zeroX.privateKey
    return try OrderDocument(
      ca: ca(), accountURL: ACMEURL("https://ca.example/acct/1"), jwk: PublishedKeys.rfc7515A3.privateKey.publicKey.jwk,
      url: ACMEURL("https://ca.example/order/1"),
      asked: object(#"{"identifiers":[{"type":"dns","value":"example.org"}]}"#),
      order: order(), authorizations: [authorization()],
      csr: CertificateRequest(for: [Identifier(typed: "example.org")], signer: key.signer))
  }
}
