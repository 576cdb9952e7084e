/// The directory object (RFC 8555 §7.1.1). Only the members named here count as endpoints: CAs put others in,
/// whose values may be URLs too.
package struct Directory: Equatable, Sendable {
  package enum Endpoint: String, CaseIterable, Sendable {
    case newNonce, newAccount, newOrder, newAuthz, revokeCert, keyChange, renewalInfo
  }

  package let raw: JSONObject
  private let endpoints: [Endpoint: ACMEURL]

  package init(_ raw: JSONObject) throws(Malformed) {
    var endpoints: [Endpoint: ACMEURL] = [:]
    for endpoint in Endpoint.allCases {
      guard let text = try raw.string(endpoint.rawValue) else { continue }
      do {
        endpoints[endpoint] = try ACMEURL(text)
      } catch {
        throw Malformed("\(endpoint.rawValue): \(error.reason)", breaksProtocol: error.breaksProtocol)
      }
    }
    self.raw = raw
    self.endpoints = endpoints
  }

  /// nil where the CA does not offer it, which is an error only once it is needed.
  package subscript(endpoint: Endpoint) -> ACMEURL? { endpoints[endpoint] }

  package var origins: Set<String> { Set(endpoints.values.map(\.origin)) }

  private var meta: JSONObject? { raw["meta"]?.object }
  package var termsOfService: String? { meta?["termsOfService"]?.string }
  package var externalAccountRequired: Bool { meta?["externalAccountRequired"]?.bool ?? false }
  /// Names of the profiles that may be asked for (draft-ietf-acme-profiles); nil where the CA has none.
  package var profiles: [String]? { meta?["profiles"]?.object?.members.map(\.name) }

  /// Names by which the CA goes in DNS: in CAA records (RFC 8555 §7.1.1), and in the records of dns-persist-01.
  var caaIdentities: [String] { names("caaIdentities") }
  var issuerDomainNames: [String] { names("issuerDomainNames") }
  /// What a hashed account's URI begins with (draft-ietf-acme-dns-persist-02).
  var accountHashPrefix: String? { meta?["accountHashPrefix"]?.string }

  private func names(_ member: String) -> [String] {
    (meta?[member]?.array ?? []).compactMap { $0.string.flatMap { try? DomainName(typed: $0) }?.text }
  }
}
