internal import ACMECore

/// An answer that is no success, and what it means.
struct Refusal {
  let response: HTTPResponse
  let failure: Failure
  let retryAfter: RetryAfter?

  /// nil for a success.
  init?(_ response: HTTPResponse, of request: some OutgoingRequest, now: Timestamp, remedies: Remedies) {
    guard !(200..<300).contains(response.status) else { return nil }
    self.response = response
    retryAfter = response.retryAfter(now: now)
    let problem = (try? JSONObject(parsing: response.body)).map(Problem.init)
    let who = request.purpose.addressee
    let asked = "\(request.purpose) (\(request.url))"
    var failure =
      if let problem, problem.saysSomething {
        Failure(
          problem.exitStatus(httpStatus: response.status),
          "\(who) refused \(asked): \(problem.summary)", problem: problem)
      } else {
        Failure(
          Problem.exitStatus(httpStatus: response.status),
          "\(who) answered \(asked) with HTTP status \(response.status)"
            + response.excerpt, problem: problem)
      }
    if (300..<400).contains(response.status) {
      let target = response.header("location").map { " to \($0.shown(limit: 200))" } ?? ""
      failure = Failure(
        .protocolBroken, "\(who) redirected \(asked)\(target): that is never followed")
    }
    failure.httpStatus = response.status
    failure.retryAt = failure.status == .notNow ? retryAfter?.time : nil
    failure.hint = Self.hint(response, to: request.purpose, problem, remedies)
    self.failure = failure
  }

  var isBadNonce: Bool { response.status < 500 && failure.problem?.type == .badNonce }

  /// Something that may be over soon; a rate limit is not.
  var isServerFault: Bool {
    guard failure.problem?.type != .rateLimited else { return false }
    return response.status >= 500 && response.status != 501 || failure.problem?.type == .serverInternal
  }

  private static func hint(
    _ response: HTTPResponse, to purpose: HTTPRequest.Purpose, _ problem: Problem?, _ remedies: Remedies
  ) -> String? {
    var hints: [String] = []
    if let algorithms = problem?.raw["algorithms"]?.array?.compactMap(\.string), !algorithms.isEmpty {
      hints.append("the CA takes keys for \(algorithms.prefix(20).joined(separator: ", ").shown(limit: 200))")
    }
    switch problem?.type {
    case .userActionRequired:
      // RFC 8555 §7.3.3: `instance` is where the person has to go.
      hints += [problem?.instance].compactMap { $0 }.map { "a person has to visit \($0.shown(limit: 500))" }
      hints += response.links("terms-of-service").map { "the terms are now \($0.shown(limit: 500))" }
    case .externalAccountRequired: hints += [remedies.externalAccountRequired].compactMap { $0 }
    case .accountDoesNotExist: hints += [remedies.accountDoesNotExist].compactMap { $0 }
    // There is no type for that: each CA has its own words.
    case .malformed, .unauthorized:
      if speaksOfSignature(problem), ![.accountLookUp, .newAccount].contains(purpose) {
        hints += [remedies.signatureRefused].compactMap { $0 }
      }
    default: break
    }
    // RFC 8555 §7.3.5: the account that has the key already.
    if response.status == 409 {
      hints += [response.header("location")].compactMap { $0 }.map { "the CA names \($0.shown(limit: 500))" }
    }
    hints += response.links("help").prefix(5).map { "see \($0.shown(limit: 500))" }
    return hints.isEmpty ? nil : hints.joined(separator: "; ")
  }

  private static func speaksOfSignature(_ problem: Problem?) -> Bool {
    let words = (problem?.detail ?? "").prefix(1000).lowercased()
    return words.contains("jws verification")
      || words.contains("signature") && ["verif", "invalid", "wrong", "mismatch"].contains(where: words.contains)
  }
}

extension HTTPResponse {
  /// The beginning of what is none of ACME's objects: a proxy's page, mostly. Its tags say nothing.
  var excerpt: String {
    var text = ""
    var inTag = false
    for character in String(decoding: body.prefix(2000), as: UTF8.self) {
      switch character {
      case "<": inTag = true
      case ">": inTag = false
      default: if !inTag { text.append(character.isWhitespace ? " " : character) }
      }
    }
    let words = text.split(separator: " ").joined(separator: " ")
    return words.isEmpty ? "" : ": \(words.shown(limit: 120))"
  }
}
