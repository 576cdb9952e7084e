/// The CA's view of whether an account controls an identifier (RFC 8555 §7.1.4).
package struct Authorization: Equatable, Sendable {
  static let maxChallenges = 100

  package let url: ACMEURL
  package let raw: JSONObject
  package let status: Status
  /// What is to be proved, with the wildcard put back that the CA keeps apart.
  package let identifier: Identifier
  package var challenges: [Challenge]

  /// - Parameters:
  ///   - object: the CA's object, or that with what our documents add to it.
  ///   - isDocumented: whether it is the latter.
  package init(_ object: JSONObject, url: ACMEURL, isDocumented: Bool = true) throws(Malformed) {
    self.url = url
    var raw = object
    raw["url"] = nil
    status = Status(rawValue: try object.requiredString("status"))
    let wildcard = object["wildcard"]?.bool ?? false
    var identifierObject = try object.requiredObject("identifier")
    switch try Identifier(identifierObject) {
    case .dns(let name, wildcard: true):
      // Some CAs write the `*.` that the RFC keeps apart: whoever gets the object finds it as the RFC has it.
      identifier = .dns(name, wildcard: true)
      identifierObject["value"] = .string(name.text)
      raw["identifier"] = .object(identifierObject)
      raw["wildcard"] = .bool(true)
    case .dns(let name, wildcard: false): identifier = .dns(name, wildcard: wildcard)
    case let other: identifier = other
    }
    do {
      challenges = try Self.challenges(of: object, isDocumented)
      raw["challenges"] = nil
    } catch {
      // Nothing is to be proved by them any more.
      guard status != .pending else { throw error }
      challenges = []
    }
    self.raw = raw
  }

  private static func challenges(of object: JSONObject, _ isDocumented: Bool) throws(Malformed) -> [Challenge] {
    let elements = try object.array("challenges") ?? []
    guard elements.count <= maxChallenges else {
      throw Malformed("an authorization has more than \(maxChallenges) challenges")
    }
    return try elements.map { element throws(Malformed) in try Challenge(element, isDocumented: isDocumented) }
  }

  package var chosen: Challenge? { challenges.first(where: \.isChosen) }

  /// Marks the challenge of `type` as the one chosen, and no other.
  package mutating func choose(_ type: Challenge.Kind?) {
    let ofType = challenges.indices.filter { challenges[$0].type == type }
    let chosen = ofType.first { challenges[$0].oddity == nil } ?? ofType.first
    for index in challenges.indices { challenges[index].isChosen = index == chosen }
  }

  /// Takes what an answer of the CA says of the chosen challenge; where that is, and its token, stays as it was.
  mutating func updateChosen(_ answer: JSONObject) {
    guard let index = challenges.firstIndex(where: \.isChosen),
      let newer = challenges[index].updated(by: answer)
    else { return }
    challenges[index] = newer
  }

  /// Takes over what was worked out of the same authorization before; what the CA says of that is none of its business.
  mutating func keepAdditions(of older: Authorization?) {
    choose(older?.chosen?.type)
    for index in challenges.indices {
      challenges[index].target = older?.challenges.first { $0.type == challenges[index].type }?.target
    }
  }

  /// The challenge that shows why control could not be proved: the chosen one, unless another did that alone.
  package var failedChallenge: Challenge? {
    if let chosen, chosen.error != nil { return chosen }
    let failed = challenges.filter { $0.status == .invalid }
    return failed.first { $0.error != nil } ?? failed.first(where: \.isChosen) ?? failed.first
  }

  /// The challenge by which control is being proved; where it isn't known which was chosen, one with an error.
  package var challengeAtWork: Challenge? { chosen ?? challenges.first { $0.error != nil } }
}
