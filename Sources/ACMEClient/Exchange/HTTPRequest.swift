package import ACMECore

/// One request as it goes over the wire.
package struct HTTPRequest {
  package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST" }

  package var method: Method
  package var url: any WebURL
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8] = []
  /// A longer body than this many octets is refused while it comes.
  package var maxBody: Int
  package var purpose: Purpose
  /// What `body` is, if it is signed.
  package var jws: JWS?

  package init(
    _ method: Method, _ url: any WebURL, for purpose: Purpose, headers: [(name: String, value: String)] = [],
    jws: JWS? = nil, maxBody: Int
  ) {
    self.method = method
    self.url = url
    self.purpose = purpose
    self.headers = headers
    self.jws = jws
    self.maxBody = maxBody
    body = jws.map { Array($0.object.text.utf8) } ?? []
  }
}
