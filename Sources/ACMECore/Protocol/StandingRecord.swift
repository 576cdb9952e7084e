/// The record of dns-persist-01 (draft-ietf-acme-dns-persist): it stays, and proves control for one account at one CA
/// again and again. The drafts differ in what it says of the account; the challenge's spelling tells which one holds.
struct StandingRecord {
  private static let issuerCounts = 1...10

  /// Stands before the name that is proved.
  static let label = "_validation-persist"

  let value: String

  init(_ challenge: JSONObject, name: DomainName, isWildcard: Bool, of applicant: Applicant) throws(Malformed) {
    let issuer: String
    // What the CA wants to see is said by some; at first it was always the account's URL.
    var account = try challenge.string("accounturi") ?? applicant.accountURL.text
    if let issuers = try Self.issuers(challenge, "issuerDomainNames") {
      issuer = try Self.checked(issuers, applicant.directory)
      if challenge["accounturi"] == nil, let prefix = applicant.directory.accountHashPrefix {
        account = try Self.hashedAccount(name, applicant, prefix)
      }
    } else if let issuers = try Self.issuers(challenge, "issuer-domain-names") {
      issuer = issuers[0]
    } else {
      throw Malformed("it names no issuer")
    }
    try self.init(issuer: issuer, account: account, isWildcard: isWildcard)
  }

  /// The same as far as the CA's directory tells, without a challenge.
  init(_ name: DomainName, isWildcard: Bool, of applicant: Applicant) throws(Malformed) {
    let directory = applicant.directory
    guard let issuer = directory.issuerDomainNames.first ?? directory.caaIdentities.first else {
      throw Malformed("its directory names neither an issuer nor a CAA identity")
    }
    var account = applicant.accountURL.text
    if !directory.issuerDomainNames.isEmpty, let prefix = directory.accountHashPrefix {
      account = try Self.hashedAccount(name, applicant, prefix)
    }
    try self.init(issuer: issuer, account: account, isWildcard: isWildcard)
  }

  private init(issuer: String, account: String, isWildcard: Bool) throws(Malformed) {
    // RFC 8659 §4.2, where a semicolon ends a value. What would end a string of a zone file is in no URI.
    guard (try? URI(account)) != nil, !account.utf8.contains(UInt8(ascii: ";")) else {
      throw Malformed("its account URI can't stand in a record")
    }
    value = "\(issuer); accounturi=\(account)" + (isWildcard ? "; policy=wildcard" : "")
  }

  private static func issuers(_ challenge: JSONObject, _ member: String) throws(Malformed) -> [String]? {
    guard let array = try challenge.array(member) else { return nil }
    guard issuerCounts.contains(array.count) else { throw Malformed("it names \(array.count) issuers") }
    return try array.map { element throws(Malformed) in
      guard let text = element.string, (try? DomainName(wire: text))?.text == text else {
        throw Malformed("\((element.string ?? "what").shown(limit: 100)) is no issuer's name")
      }
      return text
    }
  }

  /// What a CA says of itself in its directory has to hold here too (draft -02 §3.2). A name that stands there stays
  /// the same, and so does the record.
  private static func checked(_ issuers: [String], _ directory: Directory) throws(Malformed) -> String {
    let announced = directory.issuerDomainNames
    guard announced.allSatisfy(issuers.contains) else {
      throw Malformed("it leaves out an issuer that the CA announces")
    }
    let identities = directory.caaIdentities
    guard identities.isEmpty || issuers.allSatisfy(identities.contains) else {
      throw Malformed("it names an issuer that is none of the CA's CAA identities")
    }
    return announced.first ?? issuers[0]
  }

  /// The account without its URL (draft -02 §4.1).
  private static func hashedAccount(
    _ name: DomainName, _ applicant: Applicant, _ prefix: String
  ) throws(Malformed) -> String {
    let text = Array(name.text.utf8)
    let hashed = [UInt8(text.count)] + text + Array(applicant.thumbprint.utf8) + Array(applicant.accountURL.text.utf8)
    let digest = Base64URL.encode(SHA256.digest(of: hashed))
    do { return try ACMEURL("\(prefix)sha-256/\(digest)").text } catch {
      throw Malformed("the CA's accountHashPrefix: \(error.reason)", breaksProtocol: true)
    }
  }
}
