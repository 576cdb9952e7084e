package import ACMECore

/// Revocation, RFC 8555 §7.6.
extension Client {
  /// Has the CA revoke `certificate`; gives back whether it wasn't revoked before. The signing key is that of the
  /// account where there is one, else the certificate's own.
  ///
  /// - Parameter reason: nil says nothing of it.
  package func revoke(_ certificate: Certificate, reason: RevocationReason?) throws -> Bool {
    var payload: JSONObject = ["certificate": .string(Base64URL.encode(certificate.der))]
    if let reason { payload["reason"] = .number(String(reason.rawValue)) }
    let key: SignedRequest.Key = if accountURL == nil, let signer { .jwk(signer) } else { .account }
    do {
      try atEndpoint(.revokeCert) { url in
        _ = try perform(
          SignedRequest(url: url, payload: Array(payload.text.utf8), purpose: .revokeCert, key: key))
      }
      return true
    } catch let failure as Failure where failure.problem?.type == .alreadyRevoked {
      return false
    }
  }
}
