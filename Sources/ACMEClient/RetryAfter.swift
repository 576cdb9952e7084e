internal import CCurl
package import ACMECore

/// A Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3).
package struct RetryAfter: Equatable {
  /// No wait that a CA asks for is taken to be longer than this; a wilder number is as good as none.
  static let maxSeconds: Int64 = 366 * 86400

  package let time: Timestamp
  /// From now, never negative.
  package let seconds: Double

  /// nil for what is neither.
  package init?(_ text: String, now: Timestamp) {
    let text = text.trimmingBlanks
    let time: Timestamp
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      time = now + min(Int64(text) ?? .max, Self.maxSeconds)
    } else {
      guard text.utf8.count <= 64 else { return nil }
      let date = curl_getdate(text, nil)
      guard date >= 0 else { return nil }
      time = min(Timestamp(seconds: Int64(date)), now + Self.maxSeconds)
    }
    self.time = time
    seconds = Double(max(0, time.seconds - now.seconds))
  }
}

extension String {
  package var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
