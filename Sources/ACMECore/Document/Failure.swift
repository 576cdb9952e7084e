/// Why a tool ends without its result: everything that its message, its exit status and the `acme-problem/1`
/// document say.
package struct Failure: Error {
  package var status: ExitStatus
  /// What failed and on what: lower case, no full stop. Escaped when it is shown.
  package var message: String
  /// What a person can do, where we know.
  package var hint: String?
  /// What the CA sent, whole.
  package var problem: Problem?
  /// The HTTP status of the CA's refusal.
  package var httpStatus: Int?
  /// Whether the CA may have acted on a try of the request, whose answer was lost, or wasn't the CA's.
  package var followsLostAnswer = false
  /// When the same request may succeed.
  package var retryAt: Timestamp?
  /// The order as it last stood.
  package var order: OrderDocument?

  package init(
    _ status: ExitStatus, _ message: String, hint: String? = nil, problem: Problem? = nil,
    retryAt: Timestamp? = nil
  ) {
    self.status = status
    self.message = message
    self.hint = hint
    self.problem = problem
    self.retryAt = retryAt
  }

  /// Whether it is a refusal in which no ACME server speaks: before the one that may have acted stands a proxy.
  package var isProxys: Bool { httpStatus != nil && problem?.type.isACME != true }

  /// `error` as a failure of what is named by `what`; an error that is a failure already stays as it is.
  package init(_ error: any Error, in what: String, status: ExitStatus = .input) {
    switch error {
    case let failure as Failure: self = failure
    case let malformed as Malformed:
      self.init(
        malformed.breaksProtocol ? .protocolBroken : status, "\(what): \(malformed.reason)", hint: malformed.hint)
    case let openssl as OpenSSLError: self.init(.bug, "\(what): libcrypto failed: \(openssl.reason)")
    default: self.init(.bug, "\(what): \(error)")
    }
  }
}

/// Runs `body`, telling of what the malformed thing in it is.
package func reading<Result>(
  _ what: String, status: ExitStatus = .input, _ body: () throws -> Result
) throws(Failure) -> Result {
  do { return try body() } catch { throw Failure(error, in: what, status: status) }
}

extension Failure {
  /// Names the order's URL where there is one and the message doesn't yet: a person will need it.
  package mutating func nameOrder() {
    guard let order, !message.contains(order.url.text) else { return }
    message += " (order \(order.url))"
  }

  /// Says first what hasn't happened, where the time allowed ended in the middle of a look at it. A refusal says more
  /// by itself.
  package mutating func begin(with whatHasNotHappened: String) {
    guard status == .notNow, problem == nil, httpStatus == nil, !message.hasPrefix(whatHasNotHappened) else { return }
    message = "\(whatHasNotHappened): \(message)"
  }
}
