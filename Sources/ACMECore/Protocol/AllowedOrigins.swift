/// Where a CA's URLs may lead: to the directory's origin or that of a known endpoint. A document or answer that
/// names another place would have us sign for it.
package struct AllowedOrigins: Sendable {
  private let origins: Set<String>

  package init(directory: ACMEURL, endpoints: Directory) {
    origins = endpoints.origins.union([directory.origin])
  }

  package func contain(_ others: AllowedOrigins) -> Bool { others.origins.isSubset(of: origins) }

  package func check(_ url: ACMEURL) throws(Malformed) {
    guard origins.contains(url.origin) else {
      throw Malformed("\(url) is on another server than the CA's directory and its endpoints", breaksProtocol: true)
    }
  }
}
