package import ACMECore

/// Answers from a trace in place of the CA's.
///
/// A trace holds the runs of several tools, and of one tool several times. Which of its runs is being played again
/// shows in what is asked: a run that has no answer to that is out.
package final class Replay {
  private struct Run {
    let pid: Int
    var lines: [TraceLine]
  }

  private static let maxLines = 100_000

  private let file: String
  private var runs: [Run] = []
  private var lastOutcomeAt: Timestamp?
  /// How many seconds were waited for when the trace was made, and are not now.
  private var skipped = 0.0

  /// - Parameters:
  ///   - trace: what the file holds.
  ///   - file: its name, for messages.
  ///   - tool: whose exchanges count.
  package init(trace: [UInt8], file: String, tool: String) throws(Failure) {
    self.file = file
    for (number, bytes) in trace.split(separator: 0x0A).enumerated() {
      guard number < Self.maxLines else { throw Failure(.input, "\(file) has more than \(Self.maxLines) lines") }
      let line = try reading("\(file), line \(number + 1)") { try TraceLine(JSONObject(parsing: Array(bytes))) }
      guard line.tool == tool else { continue }
      // A process counts its exchanges from 1; another may have had the same number before it.
      var index = runs.lastIndex { $0.pid == line.pid }
      if line.number == 1 || index == nil {
        runs.append(Run(pid: line.pid, lines: []))
        index = runs.indices.last
      }
      // Nonces come from nowhere in a replay: nobody asks for one.
      if let index, line.method != HTTPRequest.Method.head.rawValue { runs[index].lines.append(line) }
    }
  }

  /// Time as it was when the trace was made; pauses pass at once, and are over then.
  func clock(_ clock: Clock) -> Clock {
    Clock(
      monotonic: { clock.monotonic() + self.skipped },
      wall: { self.lastOutcomeAt ?? self.runs.last?.lines.first?.time ?? clock.wall() },
      sleep: {
        try clock.sleep(0)
        self.skipped += $0
      })
  }

  /// When the runs that may be the one that is played began with a request of this URL.
  func beginnings(with url: ACMEURL) -> [Timestamp] {
    runs.compactMap(\.lines.first).filter { $0.url == url.text }.map(\.time)
  }

  /// Whether the next that was asked for, when the trace was made, was this URL.
  func isNext(_ url: ACMEURL) -> Bool { runs.first?.lines.first?.url == url.text }

  /// The next answer to the same request: same method, URL and payload.
  func outcome(method: String, url: String, payload: JSON?) -> Exchange.Outcome? {
    var left: [Run] = []
    var found: TraceLine?
    for run in runs {
      var run = run
      guard
        let index = run.lines.firstIndex(where: { $0.method == method && $0.url == url && $0.payload == payload })
      else { continue }
      let line = run.lines.remove(at: index)
      found = found ?? line
      left.append(run)
    }
    guard let found else { return nil }
    runs = left
    lastOutcomeAt = found.time
    return found.outcome
  }

  func outcome(of request: HTTPRequest) -> Exchange.Outcome {
    outcome(
      method: request.method.rawValue, url: request.url.text, payload: request.jws.map(TraceLine.payload))
      ?? .failure(.notRecorded("the trace \(file) has no answer to this request"))
  }
}
