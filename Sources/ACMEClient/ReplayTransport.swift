package import ACMECore

extension Client {
  /// Whether there is a trace in the CA's place, and so no network.
  package var isReplay: Bool { transport is ReplayTransport }

  /// When the recorded runs began that asked for the directory first; nil where there is no trace.
  func recordedBeginnings(with directory: ACMEURL) -> [Timestamp]? {
    (transport as? ReplayTransport)?.replay.beginnings(with: directory)
  }

  /// Whether the trace goes on with this URL; nil where there is none. What depended on the time decides itself by that.
  package func isNextInReplay(_ url: ACMEURL) -> Bool? { (transport as? ReplayTransport)?.replay.isNext(url) }
}

/// Answers from a trace, with no network at all.
final class ReplayTransport: Transport {
  /// A trace has no nonces, and nobody looks at those of a replay.
  private static let nonce = "replayed"

  let replay: Replay
  private var answers: [(number: Int, answer: Answer)] = []

  init(_ replay: Replay) { self.replay = replay }

  var width: Int { 1 }

  func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double) {
    // A nonce may have come down the pipe when the trace was made, and not now.
    let answer = request.method == .head ? .success(HTTPResponse(status: 200)) : replay.answer(to: request)
    answers.append(
      (
        number,
        answer.map {
          HTTPResponse(status: $0.status, headers: $0.headers + [("replay-nonce", Self.nonce)], body: $0.body)
        }
      ))
  }

  func next(within seconds: Double) -> (number: Int, answer: Answer)? {
    answers.isEmpty ? nil : answers.removeFirst()
  }

  func abandon() { answers = [] }
}
