package import ACMECore

/// A Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3). One that is over, or 0, says nothing against the
/// pause that is made anyway.
package struct RetryAfter: Equatable {
  /// No wait that a CA asks for is taken to be longer than this; a wilder number is as good as none.
  static let maxSeconds: Int64 = 366 * 86400

  package let time: Timestamp
  /// From now, never negative.
  package let seconds: Double

  /// - Parameter theirs: what time it was for the CA, whose date it is.
  ///
  /// nil for what is neither.
  package init?(_ text: String, now: Timestamp, theirs: Timestamp? = nil) {
    let text = text.trimmingBlanks
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      let wait = min(Int64(text) ?? .max, Self.maxSeconds)
      time = now + wait
      seconds = Double(wait)
    } else {
      guard let date = HTTPDate.read(text) else { return nil }
      time = min(date, now + Self.maxSeconds)
      // Either clock may be wrong.
      let waits = [now, theirs].compactMap { $0 }.map { min(date.seconds - $0.seconds, Self.maxSeconds) }
      seconds = Double(waits.filter { $0 >= 0 }.min() ?? 0)
    }
  }
}

extension HTTPResponse {
  /// The longest, where a proxy has put another beside the CA's.
  func retryAfter(now: Timestamp) -> RetryAfter? {
    let theirs = header("date").flatMap(HTTPDate.read)
    return headers.filter { $0.name == "retry-after" }
      .compactMap { RetryAfter($0.value.withoutRepetition, now: now, theirs: theirs) }
      .max { $0.seconds < $1.seconds }
  }
}
