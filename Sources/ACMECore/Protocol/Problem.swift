/// A problem document (RFC 7807 and RFC 8555 §6.7), kept whole.
package struct Problem: Equatable, Sendable {
  /// An open set of URIs; ACME's own begin with `acmeNamespace` (§6.7).
  package struct Kind: RawRepresentable, Hashable, Sendable {
    package static let acmeNamespace = "urn:ietf:params:acme:error:"

    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    private init(acme name: String) { rawValue = Self.acmeNamespace + name }

    package static let accountDoesNotExist = Kind(acme: "accountDoesNotExist")
    package static let alreadyRevoked = Kind(acme: "alreadyRevoked")
    package static let badNonce = Kind(acme: "badNonce")
    package static let compound = Kind(acme: "compound")
    package static let externalAccountRequired = Kind(acme: "externalAccountRequired")
    package static let malformed = Kind(acme: "malformed")
    package static let orderNotReady = Kind(acme: "orderNotReady")
    package static let rateLimited = Kind(acme: "rateLimited")
    package static let serverInternal = Kind(acme: "serverInternal")
    package static let unauthorized = Kind(acme: "unauthorized")
    package static let userActionRequired = Kind(acme: "userActionRequired")

    package var isACME: Bool { rawValue.hasPrefix(Self.acmeNamespace) }

    /// `rejectedIdentifier` rather than the whole URN.
    package var name: String { isACME ? String(rawValue.dropFirst(Self.acmeNamespace.count)) : rawValue }
  }

  static let maxSubproblemsShown = 100

  package let raw: JSONObject

  /// Never fails: a problem that is half right is better shown than refused.
  package init(_ raw: JSONObject) { self.raw = raw }

  /// What an `error` member says (RFC 8555 §7.1.3 and §8): the problem that it has to be, or what a string or an array
  /// in its place says. nil where it says nothing.
  init?(error member: JSON?) {
    switch member {
    case .object(let object) where object.members.contains(where: { !$0.value.isEmpty }): self.init(object)
    case .string(let text) where !text.isEmpty: self.init(["detail": .string(text)])
    // A CA that tries several times may say why each failed: the last counts.
    case .array(let elements):
      guard let last = elements.lazy.reversed().compactMap({ Problem(error: $0) }).first else { return nil }
      self = last
    default: return nil
    }
  }

  /// RFC 7807 §3.1: absent means "about:blank".
  package var type: Kind { Kind(rawValue: raw["type"]?.string ?? "about:blank") }
  package var detail: String? {
    [raw["detail"], raw["title"]].lazy.compactMap { $0?.string }.first { !$0.isEmpty }
  }
  package var instance: String? { raw["instance"]?.string }
  package var identifier: String? { raw["identifier"]?.object?["value"]?.string ?? raw["identifier"]?.string }
  package var subproblems: [Problem] { (raw["subproblems"]?.array ?? []).compactMap { Problem(error: $0) } }

  /// The CA's detail, then the type: "DNS problem: no A record (dns)".
  package var summary: String {
    let kind = type.rawValue == "about:blank" ? nil : type.name.shown(limit: 200)
    return switch (detail?.shown(), kind) {
    case (let detail?, let kind?): "\(detail) (\(kind))"
    case (let detail?, nil): detail
    case (nil, let kind?): kind
    case (nil, nil): "the CA gave no detail"
    }
  }

  /// Whether there is more in it than that there was a problem.
  package var saysSomething: Bool { detail != nil || raw["type"]?.string != nil }

  /// A line for each subproblem, with its identifier (RFC 8555 §6.7.1).
  package var subproblemLines: [String] {
    let lines = subproblems.prefix(Self.maxSubproblemsShown).map { problem in
      let whose = problem.identifier.map { "\($0.shown(limit: 255)): " } ?? ""
      return whose + problem.summary
    }
    let left = subproblems.count - lines.count
    return left > 0 ? lines + ["and \(left) more"] : lines
  }

  /// The exit status of a refusal with this problem. The HTTP status decides where the type is none of those that
  /// ask for something else than giving up; the `status` in the body may disagree and is not looked at.
  package func exitStatus(httpStatus: Int) -> ExitStatus {
    switch type {
    case .rateLimited, .serverInternal, .badNonce, .orderNotReady: .notNow
    case .userActionRequired, .externalAccountRequired, .accountDoesNotExist: .personMustAct
    default: Self.exitStatus(httpStatus: httpStatus)
    }
  }

  package static func exitStatus(httpStatus: Int) -> ExitStatus {
    switch httpStatus {
    case 429, 500..<600: .notNow
    case 400..<500: .refused
    default: .protocolBroken
    }
  }
}
