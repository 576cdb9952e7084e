/// What account and order documents both say of the CA.
package struct CASection: Equatable, Sendable {
  package var directory: ACMEURL
  package var endpoints: Directory
  /// When `endpoints` were fetched; long ago, where a document doesn't say.
  package var endpointsAt: Timestamp

  package init(directory: ACMEURL, endpoints: Directory, endpointsAt: Timestamp) {
    self.directory = directory
    self.endpoints = endpoints
    self.endpointsAt = endpointsAt
  }

  init(_ object: JSONObject) throws(Malformed) {
    directory = try object.requiredURL("directory")
    endpoints = Directory(try object.requiredObject("endpoints"))
    endpointsAt = (object[Self.timeMember]?.string).flatMap { try? Timestamp($0) } ?? Timestamp(seconds: 0)
  }

  func write(to object: inout JSONObject) {
    object["directory"] = .string(directory.text)
    object["endpoints"] = .object(endpoints.raw)
    object[Self.timeMember] = .string(endpointsAt.description)
  }

  fileprivate static let timeMember = "endpointsAt"

  /// Whether another document's section leads nowhere but where this one does, and has the same endpoints that an
  /// order must not touch: then the CA needn't be asked.
  package func vouches(for other: CASection) -> Bool {
    directory == other.directory && allowedOrigins.contain(other.allowedOrigins)
      && [.newAccount, .keyChange, .revokeCert].allSatisfy { endpoints[$0] == other.endpoints[$0] }
  }

  package var allowedOrigins: AllowedOrigins { AllowedOrigins(directory: directory, endpoints: endpoints) }
}

extension JSONObject {
  /// Whether a document says no more than `older` but when the CA's endpoints were fetched.
  package func isNoNews(after older: JSONObject) -> Bool {
    var dated = self
    dated[CASection.timeMember] = older[CASection.timeMember]
    return dated.text == older.text
  }
}

/// The public key that an account signs with; a document says its thumbprint too, and the two have to agree.
func accountKey(_ object: JSONObject) throws(Malformed) -> JWK {
  let jwk = try JWK(object.requiredObject("jwk"))
  guard try object.requiredString("thumbprint") == jwk.thumbprint else {
    throw Malformed("\"thumbprint\" is not that of \"jwk\"")
  }
  return jwk
}
