/// Where no step of an order signs for: the CA's endpoints, and the account itself. An answer to a step of an order
/// must not become a request to make an account, to change its key, to close it, or to revoke.
package struct ForbiddenURLs: Sendable {
  private static let account = "the account itself"

  /// What is there.
  private var owners: [Resource: Set<String>] = [:]

  package init(account: ACMEURL? = nil, directory: Directory? = nil) {
    if let account { insert(account, Self.account) }
    if let directory { insert(directory) }
  }

  package mutating func insert(_ directory: Directory) {
    for endpoint in Directory.Endpoint.allCases {
      for url in [directory[endpoint]].compactMap({ $0 }) + directory.guesses(at: endpoint) {
        insert(url, Self.name(of: endpoint))
      }
    }
  }

  package mutating func formUnion(_ others: ForbiddenURLs) {
    owners.merge(others.owners) { $0.union($1) }
  }

  /// Throws `Malformed` where a server could take `url` for one of these.
  ///
  /// - Parameter endpoint: the one that is meant, for the only request of an order that goes to one.
  package func check(_ url: ACMEURL, meant endpoint: Directory.Endpoint? = nil) throws(Malformed) {
    let found = Resource.readings(of: url).reduce(into: Set<String>()) { $0.formUnion(owners[$1] ?? []) }
    let meant = endpoint.map(Self.name)
    if let owner = found.filter({ $0 != meant }).min() {
      throw Malformed("\(url) is no URL of an order: it is \(owner)", breaksProtocol: true)
    }
  }

  private mutating func insert(_ url: ACMEURL, _ owner: String) {
    for resource in Resource.readings(of: url) { owners[resource, default: []].insert(owner) }
  }

  private static func name(of endpoint: Directory.Endpoint) -> String { "the CA's \(endpoint.rawValue)" }
}
