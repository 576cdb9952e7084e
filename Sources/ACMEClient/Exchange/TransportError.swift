/// Why there is no answer. What may be done about it depends on whether the CA can have seen the request.
package enum TransportError: Error, Equatable {
  /// Nothing was sent: the name doesn't resolve, nobody listens, no route.
  case unreachable(String)
  /// Nothing was sent: the proxy isn't there, or doesn't let it through.
  case noWayThrough(String)
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
    case .unreachable(let reason), .noWayThrough(let reason), .untrusted(let reason), .unintelligible(let reason),
      .lost(let reason), .timedOut(let reason), .badTrust(let reason), .notRecorded(let reason):
      reason
    case .tooLarge: "the answer is too large"
    }
  }

  /// The case, in a trace.
  package var kind: String {
    switch self {
    case .unreachable: "unreachable"
    case .noWayThrough: "noWayThrough"
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
    case "noWayThrough": self = .noWayThrough(reason)
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
