/// Whether a certificate is to be renewed, and why.
package struct Renewal: Equatable, Sendable {
  package enum Reason: String, Sendable {
    /// The CA's window has come to its moment.
    case window
    /// Too little of the lifetime is left.
    case lifetime
    case expired
    case missing
    case notYet = "not-yet"
  }

  /// What the CA says of it.
  package enum Advice: Equatable, Sendable {
    /// It wasn't asked, or gives none.
    case none
    /// It couldn't be had, or isn't to be believed.
    /// - Parameter pause: how many seconds the CA wants to be left alone.
    case unavailable(pause: Double? = nil)
    case info(RenewalInfo, pause: Double?)
  }

  package let reason: Reason
  /// The moment from which on it is due.
  package private(set) var renewAt: Timestamp?
  package private(set) var window: RenewalInfo?
  /// When it is worth to look again: for one that isn't due, never later than `renewAt`.
  package private(set) var checkAgainAt: Timestamp?
  package private(set) var certificateID: CertificateID?

  package var isDue: Bool { reason != .notYet }

  /// Where there is no certificate.
  package static let missing = Renewal(.missing)

  private init(_ reason: Reason) { self.reason = reason }

  /// - Parameter id: nil where the certificate has none: then there is no advice, either.
  package init(of lifetime: Lifetime, _ id: CertificateID?, advice: Advice, at now: Timestamp) {
    let (info, pause): (RenewalInfo?, Double?) =
      switch advice {
      case .none: (nil, nil)
      case .unavailable(let pause): (nil, pause)
      case .info(let info, let pause): (info, pause)
      }
    let moment = info.flatMap { info in id.map { info.moment(for: $0, before: lifetime.end) } } ?? lifetime.renewAt
    renewAt = moment
    window = info
    certificateID = id
    if lifetime.end < now {
      reason = .expired
    } else {
      reason = now < moment ? .notYet : info == nil ? .lifetime : .window
      let again = now + Self.seconds(pause)
      checkAgainAt = now < moment ? min(again, moment) : again
    }
  }

  /// However short or long a pause the CA asks for (RFC 9773 §4.3.2).
  private static let pauses = 60.0...86400
  /// After an answer that is of no use, or doesn't say when to ask again (§4.3.3).
  private static let pauseWithoutAdvice = 6 * 3600.0

  private static func seconds(_ pause: Double?) -> Int64 {
    Int64(min(max(pause ?? pauseWithoutAdvice, pauses.lowerBound), pauses.upperBound))
  }
}

extension Renewal {
  /// `acme-renewal/1`.
  ///
  /// - Parameter file: where the certificate is; nil where that has no name.
  package func object(file: String?) -> JSONObject {
    var object: JSONObject = [
      "format": .string(DocumentFormat.renewal.rawValue), "due": .bool(isDue), "reason": .string(reason.rawValue),
    ]
    object["file"] = file.map { .string($0) }
    object["renewAt"] = renewAt.map { .string($0.description) }
    object["checkAgainAt"] = checkAgainAt.map { .string($0.description) }
    object["certID"] = certificateID.map { .string($0.text) }
    object["window"] = window.map { window in
      .object(["start": .string(window.start.description), "end": .string(window.end.description)])
    }
    object["explanationURL"] = window?.explanationURL.map { .string($0) }
    return object
  }
}
