internal import ACMEClient
internal import ACMECore
internal import ACMETool

/// What the CA's answer says, and what comes next.
struct ResponseLesson {
  /// Answers of the same kind say the same.
  struct Kind: Hashable {
    let purpose: HTTPRequest.Purpose
    let status: Int
    let word: String?
  }

  let kind: Kind
  let summary: String
  let parts: [Lesson.Part]

  init(_ response: HTTPResponse, to request: HTTPRequest) {
    let object = try? JSONObject(parsing: response.body)
    let problem = (200..<300).contains(response.status) ? nil : object.map(Problem.init)
    let word = problem.map(\.type.name) ?? object?["status"]?.string
    kind = Kind(purpose: request.purpose, status: response.status, word: word)
    summary = Self.summary(response, problem, object, word)
    var parts: [Lesson.Part] = []
    if let problem {
      parts = Self.explain(problem, response.status, request.purpose)
    } else if (200..<300).contains(response.status) {
      parts = Self.explain(response, object ?? JSONObject(), request.purpose)
    }
    if let pause = response.header("retry-after") {
      parts.append(.item("Retry-After", "\(pause.shown(limit: 60)): not to be asked again before (section 6.6)"))
    }
    self.parts = parts
  }

  private static func summary(
    _ response: HTTPResponse, _ problem: Problem?, _ object: JSONObject?, _ word: String?
  ) -> String {
    let status = "\(response.status)\(meaning(of: response.status))"
    if let problem { return "\(status): \(problem.summary)" }
    let name = object?["identifier"]?.object?["value"]?.string.map { " for \($0.shown(limit: 255))" } ?? ""
    return "\(status)\(name)\(word.map { ", status \($0.shown(limit: 50))" } ?? "")"
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 200: " (OK)"
    case 201: " (created)"
    case 204: " (OK, no body)"
    case 400: " (bad request)"
    case 401: " (unauthorized)"
    case 403: " (forbidden)"
    case 404: " (not found)"
    case 409: " (conflict)"
    case 429: " (too many requests)"
    case 500: " (an error of the server's own)"
    case 503: " (the server is busy)"
    default: ""
    }
  }
}

// MARK: Refusals

extension ResponseLesson {
  private static func explain(_ problem: Problem, _ status: Int, _ purpose: HTTPRequest.Purpose) -> [Lesson.Part] {
    let meaning: String =
      switch problem.type {
      case .badNonce:
        "The CA doesn't take our nonce: it is too old, or was used. No harm is done: the same is sent again, signed "
          + "anew with the nonce of this answer (section 6.5)."
      case .accountDoesNotExist where purpose == .accountLookUp:
        "So the key has no account here. That is no failure: it is what we asked."
      case .rateLimited: "We have asked too often. Asking at once again would make it worse (section 6.6)."
      case .userActionRequired: "A person has to do something first, such as to agree to new terms (section 7.3.3)."
      case .externalAccountRequired: "The CA wants the account bound to one that it has of you (section 7.3.4)."
      case .alreadyRevoked: "It was revoked before: all that we wanted."
      case .orderNotReady: "Not every name of the order is proved yet (section 7.4)."
      default: "The table in section 6.7 says what the type means."
      }
    let kind = problem.type.rawValue.shown(limit: 200)
    return [
      .text("A problem document (section 6.7, RFC 7807): type is for programs, detail for people."),
      .item("type", kind), .text(meaning),
    ] + problem.subproblemLines.prefix(3).map { .item("subproblem", $0) }
  }
}

// MARK: Successes

extension ResponseLesson {
  private static func explain(
    _ response: HTTPResponse, _ object: JSONObject, _ purpose: HTTPRequest.Purpose
  ) -> [Lesson.Part] {
    let location = response.header("location")?.shown(limit: 300)
    return switch purpose {
    case .directory: directory(object)
    case .nonce: []
    case .accountLookUp, .newAccount:
      [
        location.map {
          .item("Location", "\($0), the URL of the account. It is the kid of every request from now on")
        },
        response.status == 201 || purpose == .accountLookUp
          ? nil : .text("200 and not 201: the key had this account already, and it stays as it was."),
      ].compactMap { $0 }
    case .accountUpdate: [.text("The account as it is now (section 7.3.2).")]
    case .accountDeactivation: [.text("The account is closed. Its key is of no use here any more (section 7.3.6).")]
    case .keyChange: [.text("From now on the new key, and it alone, is the account (section 7.3.5).")]
    case .orders: orders(object, response)
    case .revokeCert: [.text("The certificate is revoked (section 7.6). That can't be undone.")]
    case .newOrder:
      [location.map { .item("Location", "\($0), the URL of the order, to look at it later") }].compactMap { $0 }
        + order(object)
    case .order, .finalize: order(object)
    case .authorization, .deactivation: authorization(object)
    case .challenge:
      [
        .text(
          "The CA has heard it, and looks for the proof from its own side, maybe from several places. What it finds, "
            + "it tells when asked: so the order is looked at until it is no longer pending (section 7.1.6).")
      ]
    case .certificate: certificate(response)
    case .issuer: []
    case .renewalInfo: renewalInfo(object)
    }
  }

  private static func orders(_ object: JSONObject, _ response: HTTPResponse) -> [Lesson.Part] {
    let count = object["orders"]?.array?.count ?? 0
    let next = response.links("next").first.map { "the next page is \($0.shown(limit: 300))" } ?? "it is the last page"
    return [.text("\(count) order\(count == 1 ? "" : "s") on this page, and \(next).")]
  }

  private static func directory(_ object: JSONObject) -> [Lesson.Part] {
    let directory = Directory(object)
    let names = Directory.Endpoint.allCases.filter { directory[$0] != nil }.map(\.rawValue)
    var parts: [Lesson.Part] = [
      .text(
        "It lists \(names.joined(separator: ", ")). The documents keep it for a day, so it isn't asked for each time.")
    ]
    if let terms = directory.termsOfService {
      parts.append(.item("termsOfService", "\(terms.shown(limit: 300)), to be read and agreed to by a person"))
    }
    if directory.externalAccountRequired {
      parts.append(.item("externalAccountRequired", "new accounts only for those whom the CA knows (section 7.3.4)"))
    }
    return parts
  }

  private static func order(_ object: JSONObject) -> [Lesson.Part] {
    let count = object["authorizations"]?.array?.count ?? 0
    let what: String? =
      switch Status(rawValue: object["status"]?.string ?? "") {
      case .pending:
        "Not every name is proved. Its \(count) authorization\(count == 1 ? " says" : "s say") what is missing"
      case .ready: "Every name is proved. The CA waits for the certificate request, which finalize brings"
      case .processing: "The CA is making the certificate. We ask again in a moment"
      case .valid: "The certificate is made. Its URL is in the answer, as certificate"
      case .invalid: "It failed, and stays so. Another try needs a new order"
      default: nil
      }
    let error = (object["error"]?.object).map { Lesson.Part.item("error", Problem($0).summary) }
    return [what.map { .text("\($0) (section 7.1.6).") }, error].compactMap { $0 }
  }

  private static func authorization(_ object: JSONObject) -> [Lesson.Part] {
    let challenges = object["challenges"]?.array?.compactMap(\.object) ?? []
    let types = challenges.compactMap { $0["type"]?.string?.shown(limit: 50) }.joined(separator: ", ")
    let what: String? =
      switch Status(rawValue: object["status"]?.string ?? "") {
      case .pending: "Still to be proved, by one of \(types). One is enough"
      case .valid: "Proved. It stays so for a while, even for other orders of the account"
      case .invalid: "The CA looked, and did not find the proof"
      case .deactivated: "We have given it up"
      case .expired: "It was not proved in time, or too long ago"
      case .revoked: "The CA has taken it back"
      default: nil
      }
    let errors = challenges.compactMap { challenge -> Lesson.Part? in
      guard let error = challenge["error"]?.object else { return nil }
      return .item("\(challenge["type"]?.string?.shown(limit: 50) ?? "challenge")", Problem(error).summary)
    }
    return [what.map { .text("\($0) (section 7.1.6).") }].compactMap { $0 } + errors
  }

  private static func renewalInfo(_ object: JSONObject) -> [Lesson.Part] {
    guard let info = try? RenewalInfo(object) else { return [] }
    let reason = info.explanationURL.map { Lesson.Part.item("explanationURL", "\($0.shown(limit: 300)) says why") }
    return [
      .item("suggestedWindow", "from \(info.start) to \(info.end) the CA would like it to be renewed"),
      .text("One that is over means: at once. Retry-After says when to ask again, for the window may move."),
    ] + [reason].compactMap { $0 }
  }

  private static func certificate(_ response: HTTPResponse) -> [Lesson.Part] {
    guard let chain = try? CertificateChain(pem: response.body) else { return [] }
    let count = chain.certificates.count
    return [
      .text(
        "\(count) certificate\(count == 1 ? "" : "s") in PEM. Nothing is believed yet: first it is checked that they "
          + "are what was asked for.")
    ]
  }
}
