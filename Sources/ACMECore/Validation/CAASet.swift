/// The CAA records that count for a name: those of the nearest domain above it, or its own, that has any (RFC 8659 §3).
package struct CAASet: Sendable {
  /// Where they stand.
  package let domain: String
  private let records: [CAARecord]
  /// Whether some of them aren't as RFC 8659 §4.1 has it.
  private let isGarbled: Bool

  /// - Parameter data: that of each record.
  package init(domain: String, data: [[UInt8]]) {
    self.domain = domain
    records = data.compactMap { CAARecord(data: $0) }
    isGarbled = records.count < data.count
  }

  package enum Decision: Equatable {
    case allowed
    /// Why not, as the end of a sentence that begins with the records.
    case forbidden(String)
    /// What can't be told, since it isn't known here.
    case unknown(String)
  }

  /// What Let's Encrypt's CA knows. Others of IANA's registry some CAs know and some don't.
  private static let knownTags: Set = ["issue", "issuewild", "iodef", "issuemail"]
  private static let mostShown = 5

  /// Whether `request` may be granted (RFC 8659 §4.2 and 4.3, RFC 8657).
  package func decision(on request: CAARequest) -> Decision {
    // "If the Property Tag is not understood …, the CA MUST NOT issue" (§4.1).
    if let strange = records.first(where: { $0.isCritical && !Self.knownTags.contains($0.tag) }) {
      return .forbidden("have the critical tag \(strange.tag), which no CA may pass over that doesn't know it")
    }
    // Whom they allow nobody can tell: to CAs it is as if there had been no answer.
    guard !isGarbled else { return .forbidden("can't all be read, and no CA may issue that can't read them") }
    let wild = records.filter { $0.tag == "issuewild" }
    let relevant = request.isWildcard && !wild.isEmpty ? wild : records.filter { $0.tag == "issue" }
    // Other properties restrict nobody (§4.2).
    guard !relevant.isEmpty else { return .allowed }
    let permissions = relevant.compactMap { CAAPermission($0.value) }
    let issuers = permissions.compactMap(\.issuer)
    let what = request.isWildcard ? "allow wildcards to" : "allow"
    guard !issuers.isEmpty else {
      return .forbidden(permissions.count < relevant.count ? "can't be read, and so \(what) nobody" : "\(what) nobody")
    }
    let named = Array(Set(issuers)).sorted()
    let list = named.prefix(Self.mostShown).joined(separator: ", ") + (named.count > Self.mostShown ? ", …" : "")
    guard let identities = request.issuers, !identities.isEmpty else {
      return .unknown("\(what) \(list) only; whether that is the CA isn't known")
    }
    let ours = permissions.filter { $0.issuer.map(identities.contains) ?? false }
    guard !ours.isEmpty else {
      let ours = identities.joined(separator: ", ").shown(limit: 200)
      return .forbidden("\(what) \(list) only, and the CA goes by \(ours)")
    }
    return Self.best(of: ours.map { Self.decision(on: request, by: $0) })
  }

  /// One that allows it is enough.
  private static func best(of decisions: [Decision]) -> Decision {
    if decisions.contains(.allowed) { return .allowed }
    return decisions.first { if case .unknown = $0 { true } else { false } } ?? decisions[0]
  }

  private static func decision(on request: CAARequest, by permission: CAAPermission) -> Decision {
    let issuer = permission.issuer ?? ""
    let methods = permission.values(of: "validationmethods")
    let allowed = methods.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    guard methods.isEmpty || methods.count == 1 && allowed.contains(request.method.rawValue) else {
      return .forbidden("allow \(issuer) the methods \(methods.joined(separator: ",").shown(limit: 200)) only")
    }
    let accounts = permission.values(of: "accounturi")
    guard accounts.count < 2 else { return .forbidden("name several accounts for \(issuer), which allows none") }
    guard let account = accounts.first else { return .allowed }
    guard let ours = request.account else {
      return .unknown("bind \(issuer) to the account \(account.shown(limit: 300)), and which is used isn't known")
    }
    return account == ours
      ? .allowed : .forbidden("bind \(issuer) to the account \(account.shown(limit: 300)), and this one is \(ours)")
  }
}

/// What a CA has to ask of CAA records before it issues.
package struct CAARequest: Sendable {
  /// The names by which the CA goes; nil where they aren't known.
  let issuers: [String]?
  /// The URL of the account that asks; nil where it isn't known.
  let account: String?
  let method: Challenge.Kind
  let isWildcard: Bool

  package init(issuers: [String]?, account: ACMEURL?, method: Challenge.Kind, isWildcard: Bool) {
    self.issuers = issuers
    self.account = account?.text
    self.method = method
    self.isWildcard = isWildcard
  }
}
