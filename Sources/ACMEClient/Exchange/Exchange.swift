package import ACMECore

/// One request, and what came of it.
package struct Exchange {
  package typealias Outcome = Result<HTTPResponse, TransportError>

  /// Which one it is of this process, from 1.
  package let number: Int
  package let request: HTTPRequest
  package let outcome: Exchange.Outcome
  package let endedAt: Timestamp
  package let seconds: Double

  package init(
    number: Int, request: HTTPRequest, outcome: Exchange.Outcome, endedAt: Timestamp,
    seconds: Double
  ) {
    self.number = number
    self.request = request
    self.outcome = outcome
    self.endedAt = endedAt
    self.seconds = seconds
  }
}

/// Sees every exchange with the CA: what is about to be sent, and what came of it.
package protocol Witness {
  func sending(_ request: HTTPRequest, number: Int)
  func witness(_ exchange: Exchange)
  /// The CA takes its time to answer `request`; nil when that is over.
  func awaiting(_ request: HTTPRequest?)
}

extension Witness {
  package func awaiting(_ request: HTTPRequest?) {}
}
