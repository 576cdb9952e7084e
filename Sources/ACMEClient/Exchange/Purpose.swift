extension HTTPRequest {
  /// What a request is for. The raw values are what messages and traces call it.
  package enum Purpose: String, CaseIterable, Sendable, CustomStringConvertible {
    case directory = "the directory"
    case nonce = "a nonce"
    case accountLookUp = "the account look-up"
    case newAccount
    case accountUpdate = "the update of the account"
    case accountDeactivation = "the deactivation of the account"
    case keyChange
    case orders = "the list of orders"
    case newOrder
    case order = "the order"
    case authorization = "the authorization"
    case challenge = "the challenge"
    case deactivation = "the deactivation of the authorization"
    case finalize
    case certificate = "the certificate"
    case issuer = "the issuer's certificate"
    case renewalInfo = "the renewal information"
    case revokeCert

    package var description: String { rawValue }

    /// Who is asked.
    var addressee: String { self == .issuer ? "the server" : "the CA" }

    /// Whether it counts more that the CA has acted than what it answers: some answer with nothing, and none but with
    /// JSON.
    var isDeed: Bool {
      [.accountDeactivation, .keyChange, .challenge, .finalize].contains(self)
    }
  }
}

extension HTTPRequest.Purpose {
  /// Where the RFC has it.
  package var section: String {
    switch self {
    case .directory: "RFC 8555, section 7.1.1"
    case .nonce: "RFC 8555, section 7.2"
    case .accountLookUp: "RFC 8555, section 7.3.1"
    case .newAccount: "RFC 8555, section 7.3"
    case .accountUpdate: "RFC 8555, section 7.3.2"
    case .accountDeactivation: "RFC 8555, section 7.3.6"
    case .keyChange: "RFC 8555, section 7.3.5"
    case .orders: "RFC 8555, section 7.1.2.1"
    case .newOrder, .order, .finalize: "RFC 8555, section 7.4"
    case .authorization: "RFC 8555, section 7.5"
    case .challenge: "RFC 8555, section 7.5.1"
    case .deactivation: "RFC 8555, section 7.5.2"
    case .certificate: "RFC 8555, section 7.4.2"
    case .issuer: "RFC 5280, section 4.2.2.1"
    case .renewalInfo: "RFC 9773, section 4.2"
    case .revokeCert: "RFC 8555, section 7.6"
    }
  }
}
