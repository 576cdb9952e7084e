/// The directory object (RFC 8555 §7.1.1). Only the members named here count as endpoints: CAs put others in,
/// whose values may be URLs too.
package struct Directory: Equatable, Sendable {
  package enum Endpoint: String, CaseIterable, Sendable {
    case newNonce, newAccount, newOrder, newAuthz, revokeCert, keyChange, renewalInfo
  }

  package let raw: JSONObject
  private let endpoints: [Endpoint: ACMEURL]

  /// Never fails: what is wrong with an endpoint matters only where it is wanted.
  package init(_ raw: JSONObject) {
    self.raw = raw
    let known = Endpoint.allCases.compactMap { endpoint in (try? raw.url(endpoint.rawValue)).map { (endpoint, $0) } }
    endpoints = Dictionary(uniqueKeysWithValues: known)
  }

  /// nil where the CA does not offer it, or no URL that could be used.
  package subscript(endpoint: Endpoint) -> ACMEURL? { endpoints[endpoint] }

  /// Throws `Malformed` where the CA does not offer it, or no URL that could be used.
  package func url(of endpoint: Endpoint) throws(Malformed) -> ACMEURL {
    do throws(Malformed) {
      guard let url = try raw.url(endpoint.rawValue) else { throw Malformed("there is none") }
      return url
    } catch {
      throw Malformed("\(endpoint.rawValue): \(error.reason)", breaksProtocol: error.breaksProtocol)
    }
  }

  /// What an endpoint that can't be used was most likely meant to be; nothing is ever sent there.
  func guesses(at endpoint: Endpoint) -> [ACMEURL] {
    guard endpoints[endpoint] == nil, let text = raw[endpoint.rawValue]?.string?.trimmingBlanks else { return [] }
    let named = text.prefix { $0 != "#" }
    guard named.contains(where: { $0 != "/" }) else { return [] }
    guard let slashes = named.firstRange(of: "//") else {
      return (origins.map { "\($0)/\(named)" } + ["https://\(named)"]).compactMap { try? ACMEURL($0) }
    }
    let authority = named[slashes.upperBound...].prefix { $0 != "/" && $0 != "?" }
    let host = authority.lastIndex(of: "@").map { named.index(after: $0) } ?? authority.startIndex
    return [try? ACMEURL("https://\(named[host...])")].compactMap { $0 }
  }

  package var origins: Set<String> { Set(endpoints.values.map(\.origin)) }

  private var meta: JSONObject? { raw["meta"]?.object }
  package var termsOfService: String? { meta?["termsOfService"]?.string }
  package var externalAccountRequired: Bool { meta?["externalAccountRequired"]?.bool ?? false }
  /// The profiles that may be asked for, and what the CA says of each, a sentence or a URL
  /// (draft-ietf-acme-profiles); nil where the CA has none.
  package var profiles: [(name: String, description: String?)]? {
    meta?["profiles"]?.object?.members.map { ($0.name, $0.value.string) }
  }

  /// Names by which the CA goes in DNS: in CAA records (RFC 8555 §7.1.1), and in the records of dns-persist-01.
  package var caaIdentities: [String] { names("caaIdentities") }
  package var issuerDomainNames: [String] { names("issuerDomainNames") }
  /// What a hashed account's URI begins with (draft-ietf-acme-dns-persist-02).
  var accountHashPrefix: String? { meta?["accountHashPrefix"]?.string }

  private func names(_ member: String) -> [String] {
    (meta?[member]?.array ?? []).compactMap { $0.string.flatMap { try? DomainName(typed: $0) }?.text }.unique
  }
}
