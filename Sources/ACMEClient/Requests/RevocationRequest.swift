package import ACMECore

/// Revocation, RFC 8555 §7.6.
extension Client {
  /// Has the CA revoke `certificate`; gives back whether it wasn't revoked before. The signing key is that of the
  /// account where there is one, else the certificate's own.
  ///
  /// Throws `Failure`, which says whether an earlier try may have revoked it all the same.
  ///
  /// - Parameter reason: nil says nothing of it.
  package func revoke(_ certificate: Certificate, reason: RevocationReason?) throws -> Bool {
    var payload: JSONObject = ["certificate": .string(Base64URL.encode(certificate.der))]
    if let reason { payload["reason"] = .number(String(reason.rawValue)) }
    let key: SignedRequest.Key = if accountURL == nil, let signer { .jwk(signer) } else { .account }
    do {
      return try atEndpoint(.revokeCert) { url in
        try revoke(SignedRequest(url: url, payload: Array(payload.text.utf8), purpose: .revokeCert, key: key))
      }
    } catch let failure as Failure where failure.problem?.type == .alreadyRevoked {
      return false
    }
  }

  /// A success of the CA's own has a nonce (§6.5), and little else. Where it has none, somebody else may have answered in
  /// its place, and only the CA says that the certificate is revoked by now.
  private func revoke(_ request: SignedRequest) throws -> Bool {
    let isDoubtful = try perform(request).header("replay-nonce") == nil
    guard world.goesOn(with: [request.url]) ?? isDoubtful else { return true }
    do {
      let response = try perform(request)
      guard response.header("replay-nonce") != nil else {
        throw Failure(
          .protocolBroken,
          "revokeCert (\(request.url)): the answer isn't the CA's, since it has no Replay-Nonce\(response.excerpt)")
      }
    } catch var failure as Failure {
      guard failure.problem?.type != .alreadyRevoked else { return true }
      failure.followsLostAnswer = true
      throw failure
    }
    return true
  }
}
