package import ACMECore

/// One request as it goes over the wire.
package struct HTTPRequest {
  package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST" }

  package var method: Method
  package var url: ACMEURL
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8] = []
  /// A longer body than this many octets is refused while it comes.
  package var maxBody: Int
}

/// One whole answer.
package struct HTTPResponse {
  package let status: Int
  /// Names in lower case, in the order in which they came.
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why there is no answer. What may be done about it depends on whether the CA can have seen the request.
package enum TransportError: Error, Equatable {
  /// Nothing was sent: the name doesn't resolve, nobody listens, no route.
  case unreachable(String)
  /// The server could not show that it is who it should be, or no TLS came about.
  case untrusted(String)
  /// What came back is not HTTP.
  case unintelligible(String)
  /// The request may have been seen; its answer was lost.
  case lost(String)
  /// The time allowed was over; the request may have been seen.
  case timedOut(String)
  /// The answer is larger than it may be.
  case tooLarge
  /// The file with the trusted certificates can't be used.
  case badTrust(String)
}

/// Layer 2: exchanges, no more. libcurl does them; tests do them from a script.
package protocol Transport {
  typealias Answer = Result<HTTPResponse, TransportError>

  /// How many exchanges the CA takes side by side, as far as is known.
  var width: Int { get }

  /// Begins an exchange, which `next` ends. `number` is the caller's name for it.
  ///
  /// - Parameter seconds: how long it may take in all.
  func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double)

  /// The end of whichever exchange is over first; nil where none is within `seconds`.
  ///
  /// Throws `Interrupted` when a signal came.
  func next(within seconds: Double) throws(Interrupted) -> (number: Int, answer: Answer)?

  /// Gives up whatever is under way.
  func abandon()
}
