/// Records that bind a name to an account at a CA, as lines of a zone file (RFC 1035 §5.1).
extension AccountDocument {
  private static let longestString = 255

  /// Who else but this account is to get no certificate for `identifier` (RFC 8659, RFC 8657): a record for each name
  /// by which the CA goes.
  ///
  /// - Parameter methods: by which alone control may be proved; any where there is none.
  ///
  /// Throws `Failure` 77 where the CA doesn't say by which names it goes, 65 for what can't have such a record.
  package func caaRecords(for identifier: Identifier, by methods: [Challenge.Kind]) throws(Failure) -> [String] {
    let (name, isWildcard) = try Self.domain(identifier)
    let identities = ca.endpoints.caaIdentities
    guard !identities.isEmpty else {
      throw Failure(
        .refused, "the CA \(ca.directory) doesn't say by which name it goes in CAA records",
        hint: "its directory has no caaIdentities: the CA's own pages may say it")
    }
    let account = url.text
    // RFC 8659 §4.2: nothing of a value may end it.
    guard account.utf8.allSatisfy({ $0 != UInt8(ascii: ";") }) else {
      throw Failure(.refused, "the account's URL \(url) holds a semicolon, which can't stand in a CAA record")
    }
    let tag = isWildcard ? "issuewild" : "issue"
    let ways = methods.isEmpty ? "" : "; validationmethods=\(methods.map(\.rawValue).joined(separator: ","))"
    return identities.map { "\(name.text). IN CAA 0 \(tag) \"\($0); accounturi=\(account)\(ways)\"" }
  }

  /// What proves control of `identifier` for this account again and again (dns-persist-01), as far as the CA's directory
  /// tells.
  ///
  /// Throws as `caaRecords` does, and 76 where the CA's account URI is none.
  package func standingRecord(for identifier: Identifier) throws(Failure) -> String {
    let (name, isWildcard) = try Self.domain(identifier)
    let applicant = Applicant(thumbprint: jwk.thumbprint, accountURL: url, directory: ca.endpoints)
    let record: StandingRecord
    do throws(Malformed) { record = try StandingRecord(name, isWildcard: isWildcard, of: applicant) } catch {
      throw Failure(error, in: "no record of dns-persist-01 can be told for the CA \(ca.directory)", status: .refused)
    }
    let place = try reading(name.text) { try RecordName("\(StandingRecord.label).\(name.text)") }
    let octets = Array(record.value.utf8)
    let strings = stride(from: 0, to: octets.count, by: Self.longestString).map { start in
      "\"\(String(decoding: octets[start..<min(start + Self.longestString, octets.count)], as: UTF8.self))\""
    }
    return "\(place). IN TXT \(strings.joined(separator: " "))"
  }

  private static func domain(_ identifier: Identifier) throws(Failure) -> (DomainName, isWildcard: Bool) {
    guard case .dns(let name, let isWildcard) = identifier else {
      throw Failure(.input, "\(identifier) is no DNS name: no record can stand there")
    }
    return (name, isWildcard)
  }
}
