/// When a CA wants a certificate renewed (RFC 9773 §4.2).
package struct RenewalInfo: Equatable, Sendable {
  package let start: Timestamp
  package let end: Timestamp
  /// A page for people that tells why.
  package let explanationURL: String?

  /// Throws `Malformed` also where the end isn't after the start: "clients MUST treat one as though they failed to
  /// receive any response" (§4.2).
  package init(_ object: JSONObject) throws(Malformed) {
    let window = try object.requiredObject("suggestedWindow")
    start = try Self.time("start", in: window)
    end = try Self.time("end", in: window)
    guard start < end else { throw Malformed("its window ends at \(end), and begins no earlier than that") }
    explanationURL = try? object.string("explanationURL")
  }

  private static func time(_ name: String, in window: JSONObject) throws(Malformed) -> Timestamp {
    do { return try Timestamp(window.requiredString(name)) } catch {
      throw Malformed("\"\(name)\" of its suggestedWindow: \(error.reason)")
    }
  }

  /// Throws `Malformed` where no CA can mean that of a certificate with this lifetime: it would run out before its time
  /// to be renewed, or any time would do.
  package func check(against lifetime: Lifetime) throws(Malformed) {
    guard start <= lifetime.end else {
      throw Malformed("its window begins at \(start), when the certificate has been invalid since \(lifetime.end)")
    }
    guard end.seconds - start.seconds <= lifetime.seconds else {
      throw Malformed("its window, from \(start) to \(end), is longer than the certificate is valid")
    }
  }

  /// The moment in the window, and before `limit`, at which the certificate `id` is renewed: for each certificate
  /// another, so that they don't all come at once, and for one always the same, whoever asks and however often
  /// (§4.2 has it drawn at random).
  func moment(for id: CertificateID, before limit: Timestamp) -> Timestamp {
    let fraction = SHA256.digest(of: Array(id.text.utf8)).prefix(4).reduce(0) { $0 * 0x1p8 + Double($1) } * 0x1p-32
    return start + Int64(Double(max(0, min(end, limit).seconds - start.seconds)) * fraction)
  }
}
