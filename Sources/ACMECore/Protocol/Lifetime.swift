/// From when to when a certificate is valid, and when it is to be renewed by that alone.
package struct Lifetime: Equatable, Sendable {
  private static let tenDays: Int64 = 10 * 86400

  package let start: Timestamp
  package let end: Timestamp

  package init(from start: Timestamp, to end: Timestamp) {
    self.start = start
    self.end = end
  }

  /// Never negative.
  var seconds: Int64 { max(0, end.seconds - start.seconds) }

  /// When a third of it is left, or half of one below ten days.
  var renewAt: Timestamp { end + -(seconds / (seconds < Self.tenDays ? 2 : 3)) }
}

extension Certificate {
  package var lifetime: Lifetime {
    get throws(Malformed) {
      let (from, to) = try validity
      return Lifetime(from: from, to: to)
    }
  }
}
