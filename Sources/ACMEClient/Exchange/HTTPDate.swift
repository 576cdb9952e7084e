internal import CCurl
internal import ACMECore

/// A date in a header (RFC 9110 §5.6.7), in any form that servers send.
enum HTTPDate {
  private static let maxLength = 64

  /// nil for what is none.
  static func read(_ text: String) -> Timestamp? {
    guard text.utf8.count <= maxLength else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds >= 0 ? Timestamp(seconds: Int64(seconds)) : nil
  }
}
