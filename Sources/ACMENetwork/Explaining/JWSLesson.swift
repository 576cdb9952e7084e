internal import ACMECore
internal import ACMETool

/// A JWS taken apart (RFC 8555 §6.2, RFC 7515).
extension JWS {
  var inFull: [Lesson.Part] {
    [
      .text("The body is a JWS (section 6.2, RFC 7515): a header, a payload and the signature of both. The header:"),
      .item("alg", "\(algorithm.rawValue): \(algorithm.meaning)"),
      identification,
      .item(
        "nonce",
        "\(text("nonce")). The CA takes it once, so nobody can record this request and send it again (section 6.5)"),
      .item(
        "url", "\(text("url")), so that nobody can send it to another URL (section 6.4)"),
      .text(payloadLine),
    ]
      + proof(
        "Signed, with the account's private key, is base64url(header) \".\" base64url(payload) (RFC 7515, section "
          + "5.1).", "The public key is enough to check it, in bash:")
  }

  /// - Parameter number: the request whose JWS was explained in full.
  func asIn(_ number: Int) -> [Lesson.Part] {
    [
      .text("header: as in request \(number), but with this URL, and the nonce \(text("nonce"))"),
      .text(payloadLine),
    ] + proof("Signed as in request \(number).", "To check it:")
  }

  /// How the signature is checked. The signing input holds the payload, and with it a MAC that is nobody's business.
  private func proof(_ what: String, _ introduction: String) -> [Lesson.Part] {
    guard let check, (try? JSONObject(parsing: content))?["externalAccountBinding"] == nil else {
      return [.text("\(what) No line to check it is shown: it would hold the signature of the JWS above.")]
    }
    return [.text("\(what) \(introduction)"), .command(check)]
  }

  private var algorithm: JWSAlgorithm { JWSAlgorithm(rawValue: text("alg")) }

  private func text(_ member: String) -> String { header[member]?.string ?? "none" }

  private var identification: Lesson.Part {
    if let jwk = header["jwk"]?.object {
      return .item(
        "jwk",
        "\(JSON.object(jwk).short). Our public key itself, since the CA may not know it yet. Nobody can work out the "
          + "private key from it")
    }
    return .item(
      "kid", "\(text("kid")), the URL of our account. By it the CA finds our public key (section 6.2)")
  }

  private var payloadLine: String {
    guard !content.isEmpty else { return "payload: empty. This only fetches: POST-as-GET (section 6.3)" }
    guard var object = try? JSONObject(parsing: content) else { return "payload: no JSON" }
    if object["externalAccountBinding"] != nil { object["externalAccountBinding"] = "the JWS above" }
    guard !object.members.isEmpty else {
      return "payload: {}, an empty object, which is not the same as an empty payload"
    }
    return "payload: \(JSON.object(object).short)"
  }
}
