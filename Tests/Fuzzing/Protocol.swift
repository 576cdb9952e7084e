@testable import ACMECore

let protocolParsers = [
  parser("directory") { object in
    let directory = Directory(object)
    for endpoint in Directory.Endpoint.allCases { _ = try? directory.url(of: endpoint) }
    _ = directory.termsOfService
    _ = directory.externalAccountRequired
  },
  parser("order") { _ = try Order($0) },
  parser("authorization") { object in
    var authorization = try Authorization(object, url: ACMEURL("https://ca.example/authorization"))
    authorization.choose(.http01)
  },
  parser("account") { _ = try Account($0) },
  parser("problem") { object in
    let problem = Problem(object)
    _ = problem.detail
    _ = problem.exitStatus(httpStatus: 403)
  },
  parser("renewal information") { object in
    let info = try RenewalInfo(object)
    try info.check(
      against: Lifetime(from: Timestamp("2026-01-01T00:00:00Z"), to: Timestamp("2026-04-01T00:00:00Z")))
  },
  parser("identifier") { _ = try Identifier($0) },
  parser("JWK") { object in
    let jwk = try JWK(object)
    let again = try? JWK(jwk.object)
    expect(again == jwk, "a JWK changes")
    _ = try PublicKey(jwk)
  },
]

private func parser(_ name: String, _ parse: @escaping @Sendable (JSONObject) throws -> Void) -> Parser {
  Parser(name) { try parse(JSONObject(parsing: $0)) }
}
