extension HTTPRequest {
  /// What a request is for. The raw values are what messages and traces call it.
  package enum Purpose: String, CaseIterable, Sendable, CustomStringConvertible {
    case directory = "the directory"
    case nonce = "a nonce"
    case accountLookUp = "the account look-up"
    case newAccount
    case newOrder
    case order = "the order"
    case authorization = "the authorization"
    case challenge = "the challenge"
    case deactivation = "the deactivation of the authorization"
    case finalize
    case certificate = "the certificate"

    package var description: String { rawValue }
  }
}
