/// Where no step of an order signs for: the CA's endpoints, and the account itself. An answer to a step of an order
/// must not become a request to make an account, to change its key, to close it, or to revoke. What does one of these
/// on purpose says which, and may not become another either.
package struct ForbiddenURLs: Sendable {
  package enum Owner: Hashable, Sendable, CustomStringConvertible {
    case account
    case endpoint(Directory.Endpoint)

    package var description: String {
      switch self {
      case .account: "the account itself"
      case .endpoint(let endpoint): "the CA's \(endpoint.rawValue)"
      }
    }
  }

  /// What is there.
  private var owners: [Resource: Set<Owner>] = [:]

  package init(account: ACMEURL? = nil, directory: Directory? = nil) {
    if let account { insert(account: account) }
    if let directory { insert(directory) }
  }

  package mutating func insert(account: ACMEURL) { insert(account, .account) }

  package mutating func insert(_ directory: Directory) {
    for endpoint in Directory.Endpoint.allCases {
      for url in [directory[endpoint]].compactMap({ $0 }) + directory.guesses(at: endpoint) {
        insert(url, .endpoint(endpoint))
      }
    }
  }

  package mutating func formUnion(_ others: ForbiddenURLs) {
    owners.merge(others.owners) { $0.union($1) }
  }

  /// Throws `Malformed` where a server could take `url` for one of these.
  ///
  /// - Parameter owner: the one that is meant, for a request that goes to one.
  package func check(_ url: ACMEURL, meant owner: Owner? = nil) throws(Malformed) {
    let found = Resource.readings(of: url).reduce(into: Set<Owner>()) { $0.formUnion(owners[$1] ?? []) }
    if let other = found.filter({ $0 != owner }).min(by: { $0.description < $1.description }) {
      let need =
        switch owner {
        case .endpoint(.newOrder), nil: "no URL of an order"
        case let owner?: "not only \(owner)"
        }
      throw Malformed("\(url) is \(need): it is \(other)", breaksProtocol: true)
    }
  }

  private mutating func insert(_ url: ACMEURL, _ owner: Owner) {
    for resource in Resource.readings(of: url) { owners[resource, default: []].insert(owner) }
  }
}
