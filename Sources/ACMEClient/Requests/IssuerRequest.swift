package import ACMECore

/// Issuers' certificates from the places that certificates name, RFC 5280 §4.2.2.1: no part of a CA's API. Nothing is
/// signed, no redirect followed, and what comes is to be verified by its signature.
extension Client {
  package func issuers(at url: IssuerURL) throws -> [Certificate] {
    let response = try perform(IssuerRequest(url: url))
    return try reading("what \(url) sends", status: .protocolBroken) {
      try Certificate.all(sentAsIssuers: response.body)
    }
  }
}

private struct IssuerRequest: OutgoingRequest {
  let url: IssuerURL

  var method: HTTPRequest.Method { .get }
  var purpose: HTTPRequest.Purpose { .issuer }
  var repeatable: Repeatable { .always }
  var needsNonce: Bool { false }
  var mayBeElsewhere: Bool { false }
  var worth: Double? { 10 }

  func check(against forbidden: ForbiddenURLs) {}

  func httpRequest(nonce: Nonce?, signer: Signer?, account: ACMEURL?) -> HTTPRequest {
    HTTPRequest(method, url, for: purpose, maxBody: Limits.json)
  }
}
