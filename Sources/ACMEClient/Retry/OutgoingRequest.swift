internal import ACMECore

/// A request as its sender means it; each try makes a new HTTP request of it.
protocol OutgoingRequest {
  associatedtype URL: WebURL

  var method: HTTPRequest.Method { get }
  var url: URL { get }
  var purpose: HTTPRequest.Purpose { get }
  var repeatable: Repeatable { get }
  var needsNonce: Bool { get }
  /// Whether it asks for what may have been made a moment ago, by another machine of the CA's than the one that answers.
  var mayBeElsewhere: Bool { get }
  /// How many seconds it is worth at most, and then it isn't sent again either; nil for one that can't be done without.
  var worth: Double? { get }

  /// Throws `Malformed` where this must not be sent.
  func check(against forbidden: ForbiddenURLs) throws(Malformed)
  func httpRequest(nonce: Nonce?, signer: Signer?, account: ACMEURL?) throws -> HTTPRequest
}

extension OutgoingRequest {
  var worth: Double? { nil }
}

/// Without a signature: the directory and newNonce (RFC 8555 §6.3), and renewal information (RFC 9773 §4.1).
struct PlainRequest: OutgoingRequest {
  let method: HTTPRequest.Method
  let url: ACMEURL
  let purpose: HTTPRequest.Purpose
  let maxBody: Int

  var repeatable: Repeatable { .always }
  var needsNonce: Bool { false }
  var mayBeElsewhere: Bool { false }

  func check(against forbidden: ForbiddenURLs) {}

  func httpRequest(nonce: Nonce?, signer: Signer?, account: ACMEURL?) -> HTTPRequest {
    HTTPRequest(method, url, for: purpose, maxBody: maxBody)
  }
}

/// Layer 3: a JWS, signed anew for each try (RFC 8555 §6.2).
struct SignedRequest: OutgoingRequest {
  enum Key {
    case account
    /// One that says itself which it is.
    case jwk(Signer)
  }

  let url: ACMEURL
  let payload: [UInt8]
  let purpose: HTTPRequest.Purpose
  var key = Key.account
  var repeatable = Repeatable.always
  var accept: String?
  var maxBody = Limits.json
  var worth: Double?

  var method: HTTPRequest.Method { .post }
  var needsNonce: Bool { true }
  var mayBeElsewhere: Bool { [.order, .authorization, .certificate].contains(purpose) }

  /// A fetch: POST-as-GET (§6.3).
  init(fetching purpose: HTTPRequest.Purpose, at url: ACMEURL) {
    self.init(url: url, payload: JWS.noPayload, purpose: purpose)
  }

  init(
    url: ACMEURL, payload: [UInt8], purpose: HTTPRequest.Purpose, key: Key = .account, repeatable: Repeatable = .always
  ) {
    self.url = url
    self.payload = payload
    self.purpose = purpose
    self.key = key
    self.repeatable = repeatable
  }

  func check(against forbidden: ForbiddenURLs) throws(Malformed) {
    switch purpose {
    case .directory, .nonce, .accountLookUp, .newAccount, .issuer, .renewalInfo: return
    case .newOrder: try forbidden.check(url, meant: .endpoint(.newOrder))
    case .keyChange: try forbidden.check(url, meant: .endpoint(.keyChange))
    case .revokeCert: try forbidden.check(url, meant: .endpoint(.revokeCert))
    case .accountUpdate, .accountDeactivation: try forbidden.check(url, meant: .account)
    case .order, .authorization, .challenge, .deactivation, .finalize, .certificate, .orders: try forbidden.check(url)
    }
  }

  func httpRequest(nonce: Nonce?, signer: Signer?, account: ACMEURL?) throws -> HTTPRequest {
    let jws: JWS
    do {
      jws =
        switch (key, account, signer) {
        case (.jwk(let signer), _, _): try JWS(payload: payload, url: url, nonce: nonce, key: .jwk, signer: signer)
        case (.account, let account?, let signer?):
          try JWS(payload: payload, url: url, nonce: nonce, key: .kid(account), signer: signer)
        case (.account, nil, _): throw Malformed("there is no account")
        case (.account, _, nil): throw Malformed("there is no key")
        }
    } catch let interrupted as Interrupted {
      throw interrupted
    } catch {
      throw Failure(error, in: "signing \(purpose)", status: .bug)
    }
    var headers = [("Content-Type", "application/jose+json")]
    if let accept { headers.append(("Accept", accept)) }
    return HTTPRequest(method, url, for: purpose, headers: headers, jws: jws, maxBody: maxBody)
  }
}
