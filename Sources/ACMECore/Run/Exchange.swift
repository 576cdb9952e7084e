/// One request as it goes over the wire.
package struct HTTPRequest {
  package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST" }

  package var method: Method
  package var url: ACMEURL
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8] = []
  /// A longer body than this many octets is refused while it comes.
  package var maxBody: Int
  package var purpose: Purpose
  /// What `body` is, if it is signed.
  package var jws: JWS?

  package init(
    _ method: Method, _ url: ACMEURL, for purpose: Purpose, headers: [(name: String, value: String)] = [],
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

/// One whole answer.
package struct HTTPResponse {
  package let status: Int
  /// Names in lower case, in the order in which they came.
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]
  /// When it was here.
  package var receivedAt: Timestamp?

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? {
    headers.first { $0.name == name && !$0.value.isEmpty }?.value.withoutRepetition
  }
}

extension String {
  /// What a proxy has made one line of that stood in several (RFC 9110 §5.3), where all of them said the same.
  fileprivate var withoutRepetition: String {
    let parts = split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
    for length in 1...parts.count where length < parts.count && parts.count % length == 0 {
      let isRepeated = parts.indices.allSatisfy { parts[$0] == parts[$0 % length] }
      if isRepeated { return parts[..<length].joined(separator: ", ") }
    }
    return self
  }
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
  /// There is no network, and the trace that is played again has no such request.
  case notRecorded(String)

  package var reason: String {
    switch self {
    case .unreachable(let reason), .untrusted(let reason), .unintelligible(let reason), .lost(let reason),
      .timedOut(let reason), .badTrust(let reason), .notRecorded(let reason):
      reason
    case .tooLarge: "the answer is too large"
    }
  }

  /// The case, in a trace.
  package var kind: String {
    switch self {
    case .unreachable: "unreachable"
    case .untrusted: "untrusted"
    case .unintelligible: "unintelligible"
    case .lost: "lost"
    case .timedOut: "timedOut"
    case .tooLarge: "tooLarge"
    case .badTrust: "badTrust"
    case .notRecorded: "notRecorded"
    }
  }

  package init(kind: String, reason: String) {
    switch kind {
    case "unreachable": self = .unreachable(reason)
    case "untrusted": self = .untrusted(reason)
    case "unintelligible": self = .unintelligible(reason)
    case "timedOut": self = .timedOut(reason)
    case "tooLarge": self = .tooLarge
    case "badTrust": self = .badTrust(reason)
    case "notRecorded": self = .notRecorded(reason)
    default: self = .lost(reason)
    }
  }
}

/// One request, and what came of it.
package struct Exchange {
  /// Which one it is of this process, from 1.
  package let number: Int
  package let request: HTTPRequest
  package let answer: Result<HTTPResponse, TransportError>
  package let endedAt: Timestamp
  package let seconds: Double

  package init(
    number: Int, request: HTTPRequest, answer: Result<HTTPResponse, TransportError>, endedAt: Timestamp,
    seconds: Double
  ) {
    self.number = number
    self.request = request
    self.answer = answer
    self.endedAt = endedAt
    self.seconds = seconds
  }
}

/// Sees every exchange with the CA: what is about to be sent, and what came of it.
package protocol Witness {
  func sending(_ request: HTTPRequest, number: Int)
  func witness(_ exchange: Exchange)
}
