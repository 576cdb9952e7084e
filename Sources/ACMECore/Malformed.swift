/// Bytes or text that are not what they should be. Every parser of foreign input throws this and nothing else;
/// whoever asked knows where the input came from, and so which exit status it means.
package struct Malformed: Error, Equatable {
  /// What is wrong: lower case, no full stop; foreign text in it is escaped when it is shown.
  package let reason: String
  /// Whether this is something that a CA must not say, whoever brings it: a URL that isn't https.
  package let breaksProtocol: Bool
  /// What a person can do, where we know.
  package let hint: String?

  package init(_ reason: String, breaksProtocol: Bool = false, hint: String? = nil) {
    self.reason = reason
    self.breaksProtocol = breaksProtocol
    self.hint = hint
  }
}
