internal import ACMECore

/// An answer that is no success, and what it means.
struct Refusal {
  let response: HTTPResponse
  let failure: Failure
  let retryAfter: RetryAfter?

  /// nil for a success.
  init?(_ response: HTTPResponse, of request: some OutgoingRequest, now: Timestamp) {
    guard !(200..<300).contains(response.status) else { return nil }
    self.response = response
    retryAfter = response.retryAfter(now: now)
    let problem = (try? JSONObject(parsing: response.body)).map(Problem.init)
    var failure =
      if let problem, problem.saysSomething {
        Failure(
          problem.exitStatus(httpStatus: response.status),
          "the CA refused \(request.purpose) (\(request.url)): \(problem.summary)", problem: problem)
      } else {
        Failure(
          Problem.exitStatus(httpStatus: response.status),
          "the CA answered \(request.purpose) (\(request.url)) with HTTP status \(response.status)"
            + Self.excerpt(response), problem: problem)
      }
    if (300..<400).contains(response.status) {
      let target = response.header("location").map { " to \($0.shown(limit: 200))" } ?? ""
      failure = Failure(
        .protocolBroken, "the CA redirected \(request.purpose) (\(request.url))\(target): that is never followed")
    }
    failure.httpStatus = response.status
    failure.retryAt = failure.status == .notNow ? retryAfter?.time : nil
    failure.hint = Self.hint(response, problem)
    self.failure = failure
  }

  var isBadNonce: Bool { response.status < 500 && failure.problem?.type == .badNonce }

  /// Something that may be over soon; a rate limit is not.
  var isServerFault: Bool {
    guard failure.problem?.type != .rateLimited else { return false }
    return response.status >= 500 || failure.problem?.type == .serverInternal
  }

  private static func hint(_ response: HTTPResponse, _ problem: Problem?) -> String? {
    var hints: [String] = []
    if let algorithms = problem?.raw["algorithms"]?.array?.compactMap(\.string), !algorithms.isEmpty {
      hints.append("the CA takes keys for \(algorithms.prefix(20).joined(separator: ", ").shown(limit: 200))")
    }
    switch problem?.type {
    case .userActionRequired:
      // RFC 8555 §7.3.3: `instance` is where the person has to go.
      hints += [problem?.instance].compactMap { $0 }.map { "a person has to visit \($0.shown(limit: 500))" }
      hints += response.links("terms-of-service").map { "the terms are now \($0.shown(limit: 500))" }
    case .externalAccountRequired:
      hints.append("get a key id and a MAC key from the CA, and give them with --eab-kid and --eab-key-file")
    case .accountDoesNotExist: hints.append("make the account with acme-register")
    default: break
    }
    hints += response.links("help").prefix(5).map { "see \($0.shown(limit: 500))" }
    return hints.isEmpty ? nil : hints.joined(separator: "; ")
  }

  /// The beginning of what is no problem document: a proxy's page, mostly. Its tags say nothing.
  private static func excerpt(_ response: HTTPResponse) -> String {
    var text = ""
    var inTag = false
    for character in String(decoding: response.body.prefix(2000), as: UTF8.self) {
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

extension HTTPResponse {
  /// The body as the JSON object that it has to be; `what` names it in the failure.
  func parsed<Result>(_ what: String, _ parse: (JSONObject) throws -> Result) throws -> Result {
    try reading(what, status: .protocolBroken) { try parse(JSONObject(parsing: body)) }
  }

  /// The URL in Location, which only the answers that create something carry.
  func location(_ purpose: HTTPRequest.Purpose) throws -> ACMEURL {
    guard let text = header("location") else {
      throw Failure(.protocolBroken, "the CA's answer to \(purpose) has no Location")
    }
    return try reading("the Location of \(purpose)", status: .protocolBroken) { try ACMEURL(text) }
  }
}
