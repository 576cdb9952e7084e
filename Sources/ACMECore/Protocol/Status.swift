/// The `status` of an account, order, authorization or challenge (RFC 8555 §7.1.6). An open set: others may follow.
package struct Status: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }

  package static let pending = Status(rawValue: "pending")
  package static let ready = Status(rawValue: "ready")
  package static let processing = Status(rawValue: "processing")
  package static let valid = Status(rawValue: "valid")
  package static let invalid = Status(rawValue: "invalid")
  package static let deactivated = Status(rawValue: "deactivated")
  package static let expired = Status(rawValue: "expired")
  package static let revoked = Status(rawValue: "revoked")
  /// Of an order (RFC 8739 §3.1.2).
  package static let canceled = Status(rawValue: "canceled")

  /// Whether this says that something is over, and not what nobody knows.
  package var isEnd: Bool { [.invalid, .deactivated, .expired, .revoked, .canceled].contains(self) }

  /// The states of an order from which a certificate may still come, or has come.
  static let onTheWay: Set<Status> = [.pending, .ready, .processing, .valid]

  package var description: String { rawValue.shown(limit: 50) }
}
