internal import ACMECore

/// Answers from a trace, with no network at all.
final class ReplayTransport: Transport {
  private let replay: Replay
  /// A trace has no nonces, and nobody looks at those of a replay.
  private var nonces = 0
  private var outcomes: [(number: Int, outcome: Outcome)] = []

  init(_ replay: Replay) { self.replay = replay }

  var width: Int { 1 }

  func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double) {
    // A nonce may have come down the pipe when the trace was made, and not now.
    let outcome = request.purpose == .nonce ? .success(HTTPResponse(status: 200)) : replay.outcome(of: request)
    nonces += 1
    let nonce = ("replay-nonce", "replayed\(nonces)")
    outcomes.append(
      (number, outcome.map { HTTPResponse(status: $0.status, headers: $0.headers + [nonce], body: $0.body) }))
  }

  func next(within seconds: Double) -> (number: Int, outcome: Outcome)? {
    outcomes.isEmpty ? nil : outcomes.removeFirst()
  }

  func abandon() { outcomes = [] }
}
