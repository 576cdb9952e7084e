package import ACMECore

/// A Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3).
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
    let time: Timestamp
    var start = now
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      time = now + min(Int64(text) ?? .max, Self.maxSeconds)
    } else {
      guard let date = HTTPDate.read(text) else { return nil }
      start = theirs ?? now
      time = min(date, start + Self.maxSeconds)
    }
    self.time = time
    seconds = Double(max(0, time.seconds - start.seconds))
  }
}

extension HTTPResponse {
  func retryAfter(now: Timestamp) -> RetryAfter? {
    header("retry-after").flatMap { RetryAfter($0, now: now, theirs: header("date").flatMap(HTTPDate.read)) }
  }
}
