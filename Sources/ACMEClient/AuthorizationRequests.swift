package import ACMECore

/// Authorizations and challenges, RFC 8555 §7.5.
extension Client {
  package func authorization(at url: ACMEURL) throws -> Authorization {
    let response = try perform(
      SignedRequest(fetching: "the authorization", at: checked(url, "the authorization")))
    return try response.parsed("the authorization \(url)") { try Authorization($0, url: url) }
  }

  /// Tells the CA to look now (§7.5.1): an empty object to the challenge's URL.
  ///
  /// Throws `LostAnswer` where nobody knows whether the CA has seen it: then the authorization says.
  package func respond(to challenge: Challenge.Answerable) throws {
    _ = try perform(
      SignedRequest(
        url: checked(challenge.url, "the challenge"), payload: Array("{}".utf8), purpose: "the challenge",
        repeatable: .afterLookUp))
  }

  /// Gives an authorization up (§7.5.2).
  package func deactivate(authorization url: ACMEURL) throws -> Authorization {
    let payload: JSONObject = ["status": .string(Status.deactivated.rawValue)]
    let response = try perform(
      SignedRequest(
        url: checked(url, "the authorization"), payload: Array(payload.text.utf8),
        purpose: "the deactivation of the authorization"))
    return try response.parsed("the authorization \(url)") { try Authorization($0, url: url) }
  }
}
