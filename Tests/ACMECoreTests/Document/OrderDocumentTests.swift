import Testing

@testable import ACMECore

@Suite struct OrderDocumentTests {
  private func failure(_ body: () throws -> Void) -> Failure? {
    do {
      try body()
      return nil
    } catch { return error as? Failure }
  }

  @Test func `a document is written as it is read, with what nobody knows`() throws {
    var object = try Samples.document().object
    object["later"] = .object(["x": .number("1.50")])
    let again = try OrderDocument(object).object
    #expect(again == object)
    #expect(again.text.contains(#""new":1.50"#))
    #expect(again.text.contains(#""token":"../../x""#))
  }

  @Test func `each challenge that can be met says what to publish`() throws {
    let text = try Samples.document().object.text
    let thumbprint = PublishedKeys.rfc7515A3.thumbprint
    let token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
    #expect(text.contains(#""keyAuthorization":"\#(token).\#(thumbprint)""#))
    #expect(
      text.contains(
        #""http":{"body":"\#(token).\#(thumbprint)","path":"/.well-known/acme-challenge/\#(token)","url":"http://example.org/.well-known/acme-challenge/\#(token)"}"#
      ))
    #expect(
      text.contains(
        #""dns":{"name":"_acme-challenge.example.org","type":"TXT","value":"ZaJgFtIV4WA0t2MzN7kbSk0sfRd2GZjaxRqaSTAK6lI"}"#
      ))
  }

  @Test func `what is to be published is worked out anew, not believed`() throws {
    let text = try Samples.document().object.text.replacing(
      #""path":"/.well-known/"#, with: #""path":"/../../etc/"#)
    #expect(text.contains("/../../etc/"))
    let again = try OrderDocument(Samples.object(text)).object.text
    #expect(!again.contains("/../../etc/"))
  }

  @Test func `two challenges of a pending authorization can't both be chosen`() throws {
    var document = try Samples.document()
    for index in 0...1 { document.authorizations[0].challenges[index].isChosen = true }
    let object = try document.object
    #expect(failure { _ = try OrderDocument(object) }?.status == .input)
    document.authorizations[0].choose(.http01)
    _ = try OrderDocument(document.object)
  }

  @Test func `where a CNAME leads stays in the document, and is where the record goes`() throws {
    var document = try Samples.document()
    document.authorizations[0].challenges[1].target = try RecordName("x.acme.example")
    document = try OrderDocument(document.object)
    try document.update(Samples.authorization())
    let authorization = document.authorizations[0]
    #expect(authorization.challenges.map { $0.target?.text } == [nil, "x.acme.example", nil])
    #expect(
      document.publication(authorization.challenges[1], of: authorization)?.line
        == "x.acme.example TXT ZaJgFtIV4WA0t2MzN7kbSk0sfRd2GZjaxRqaSTAK6lI")
    let member = #""dns":{"name":"_acme-challenge.example.org","target":"x.acme.example","#
    #expect(try document.object.text.contains(member))
  }

  @Test func `what we work out is not for the CA to say`() throws {
    let text =
      JSON.object(try Samples.authorization().raw).text.dropLast()
      + #","challenges":[{"type":"dns-01","url":"https://ca.example/c/2","token":"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA","chosen":true,"dns":{"target":"evil.example"}}]}"#
    let url = try ACMEURL("https://ca.example/authz/1")
    var document = try Samples.document()
    document.authorizations = []
    for _ in 1...2 { try document.update(Authorization(Samples.object(String(text)), url: url, isDocumented: false)) }
    #expect(document.authorizations[0].chosen == nil)
    #expect(document.authorizations[0].challenges[0].target == nil)
  }

  @Test(arguments: [
    (#""format":"acme-order/1""#, #""format":"acme-order/2""#, 65),
    (#""format":"acme-order/1""#, #""format":"acme-account/1""#, 65),
    (#""thumbprint":"oKI"#, #""thumbprint":"xxx"#, 65),
    (#""value":"example.org"}]},"authorizations""#, #""value":"other.example"}]},"authorizations""#, 65),
    ("https://ca.example/fin", "https://evil.example/fin", 76),
    ("https://ca.example/fin", "http://ca.example/fin", 76),
    ("https://ca.example/fin", "https://ca.example/change", 76),
    ("https://ca.example/fin", "https://ca.example/acct/1", 76),
    ("https://ca.example/order/1", "https://elsewhere.example/order/1", 76),
    ("https://ca.example/acct/1", "https://evil.example/acct/1", 76),
    ("https://ca.example/c/1", "https://evil.example/c/1", 76),
    ("https://ca.example/c/1", "https://ca.example/revoke", 76),
    ("https://ca.example/c/1", "https://CA.example:443/acct/1", 76),
    (#""authorizations":["https://ca.example/authz/1"]"#, #""authorizations":["https://ca.example/authz/2"]"#, 76),
    (#""directory":"https:"#, #""directory":"http:"#, 76),
    (
      #""identifier":{"type":"dns","value":"example.org"}"#, #""identifier":{"type":"dns","value":"other.example"}"#, 76
    ),
    ("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "../../../../../../etc/cron.d/x", 65),
    (#""type":"TXT""#, #""target":"--help","type":"TXT""#, 65),
  ])
  func `a document that was tampered with is refused`(_ part: String, _ other: String, _ status: Int32) throws {
    var document = try Samples.document()
    document.authorizations[0].choose(.http01)
    let text = try document.object.text
    try #require(text.contains(part))
    let tampered = try Samples.object(text.replacing(part, with: other))
    #expect(failure { _ = try OrderDocument(tampered) }?.status.rawValue == status)
  }

  @Test(arguments: [
    ("https://ca.example/c/2", "https://evil.example/c/2"), ("https://ca.example/c/2", "https://ca.example/revoke"),
    ("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "../../../../../../etc/cron.d/x"),
    (#""url":"https://ca.example/c/2""#, #""url":7"#),
  ])
  func `a challenge that isn't chosen need not be right, and nothing is to be published for it`(
    _ part: String, _ other: String
  ) throws {
    var document = try Samples.document()
    document.authorizations[0].choose(.http01)
    let text = try document.object.text
    try #require(text.contains(part))
    let odd = try OrderDocument(Samples.object(text.replacing(part, with: other)))
    let unused = odd.authorizations[0].challenges[1]
    #expect(unused.type == .dns01)
    #expect(odd.publication(unused, of: odd.authorizations[0]) == nil)
    #expect(throws: Malformed.self) { try odd.checkedPublication(unused, of: odd.authorizations[0]) }
    var chosen = odd
    chosen.authorizations[0].choose(.dns01)
    #expect(failure { try chosen.update(chosen.authorizations[0]) }?.status == .protocolBroken)
  }

  @Test(arguments: [
    ("ready", #","certificate":"""#), ("ready", #","expires":7"#),
    ("processing", #","finalize":"","certificate":5"#), ("processing", #","finalize":null"#),
    ("valid", #","finalize":"http://ca.example/f","certificate":"https://ca.example/cert""#),
  ])
  func `of an order only that has to be right which its status calls for`(_ status: String, _ more: String) throws {
    var document = try Samples.document()
    try document.update(Samples.order(status: status, more: more))
    document = try OrderDocument(document.object)
    #expect(document.order.authorizations.map(\.text) == ["https://ca.example/authz/1"])
    #expect(document.order.finalize?.text == "https://ca.example/fin")
    #expect(document.order.certificate?.text == (status == "valid" ? "https://ca.example/cert" : nil))
  }

  @Test(arguments: [
    ("pending", #","authorizations":null"#), ("ready", #","authorizations":null"#), ("pending", #","finalize":"""#),
    ("ready", #","finalize":7"#),
    ("valid", #","certificate":"""#), ("ready", #","authorizations":["https://ca.example/authz/2"]"#),
    ("processing", #","certificate":"https://evil.example/cert""#),
  ])
  func `what its status calls for has to be right, and nothing leads elsewhere`(
    _ status: String, _ more: String
  ) throws {
    var document = try Samples.document()
    #expect(throws: (any Error).self) { try document.update(Samples.order(status: status, more: more)) }
  }

  @Test func `a request for the account's own key is refused`() throws {
    let key = try PublishedKeys.rfc7515A3.privateKey
    let csr = try CertificateRequest(for: [Identifier(typed: "example.org")], signer: key.signer)
    var object = try Samples.document().object
    object["csr"] = .string(try csr.pem)
    #expect(failure { _ = try OrderDocument(object) }?.status == .input)
  }

  @Test func `an order may not become another`() throws {
    var document = try Samples.document()
    let changed = [
      try Samples.order(names: ["example.org", "more.example"]), try Samples.order(names: ["other.example"]),
      try Samples.order(authorizations: ["https://ca.example/authz/2"]),
      try Samples.order(more: #","certificate":"https://evil.example/cert""#),
    ]
    for order in changed { #expect(failure { try document.update(order) }?.status == .protocolBroken) }
    try document.update(Samples.order(status: "ready", names: ["EXAMPLE.org"]))
    #expect(document.order.status == .ready)
  }

  @Test func `finalize is kept from the first answer where a later one lacks it`() throws {
    var document = try Samples.document()
    let bare = try Order(
      Samples.object(
        #"{"status":"ready","identifiers":[{"type":"dns","value":"example.org"}],"authorizations":["https://ca.example/authz/1"]}"#
      ))
    try document.update(bare)
    #expect(document.order.finalize?.text == "https://ca.example/fin")
    #expect(try document.object.text.contains(#""finalize":"https://ca.example/fin""#))
  }

  @Test(arguments: [
    "", #","expires":7,"finalize":null"#, #","identifiers":null,"authorizations":null"#,
    #","identifiers":[{"type":"dns","value":"other.example"}],"authorizations":["https://ca.example/authz/2"]"#,
    #","finalize":"https://evil.example/f","certificate":5,"error":[null]"#,
  ])
  func `an order that is over keeps what it was for, and needs nothing but its status`(_ more: String) throws {
    for status in ["invalid", "deactivated", "canceled"] {
      var document = try Samples.document()
      try document.update(Order(Samples.object(#"{"status":"\#(status)"\#(more)}"#)))
      document = try OrderDocument(document.object)
      #expect(document.order.status.rawValue == status)
      #expect(document.order.identifiers == document.askedIdentifiers)
      #expect(document.order.authorizations.map(\.text) == ["https://ca.example/authz/1"])
    }
  }

  @Test func `an order that was over from the start is written and read`() throws {
    var object = try Samples.document().object
    object["order"] = .object(["status": .string("invalid")])
    object["authorizations"] = .array([])
    #expect(try OrderDocument(object).order.identifiers == [])
  }

  @Test func `what was chosen stays chosen, and only what was asked for is taken`() throws {
    var document = try Samples.document()
    document.authorizations[0].choose(.http01)
    try document.update(Samples.authorization())
    #expect(document.authorizations[0].chosen?.type == .http01)
    #expect(failure { try document.update(try Samples.authorization("other.example")) }?.status == .protocolBroken)
    #expect(
      failure { try document.update(try Samples.authorization("www.example.org", url: "https://ca.example/authz/2")) }?
        .status == .protocolBroken)
  }
}
