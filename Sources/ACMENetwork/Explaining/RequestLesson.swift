internal import ACMEClient
internal import ACMECore
internal import ACMETool

extension HTTPRequest {
  /// What is about to be asked, and why.
  var meaning: [Lesson.Part] {
    switch purpose {
    case .directory:
      [
        .text(
          "Asks the CA for its directory: the list of the URLs that take requests. Only the URL of the directory has "
            + "to be known beforehand."),
        .text(
          "Anybody may read it, so nothing is signed. TLS makes sure that it is the CA who answers (section 6.1)."),
      ]
    case .nonce:
      [
        .text(
          "Asks for a nonce: a word that the CA hands out, and takes back once only, in a signed request. Every answer "
            + "to a signed request brings the next one; just now there is none at hand."),
        .text("Nothing is signed: HEAD wants no more than the headers of the answer."),
      ]
    case .accountLookUp:
      [
        .text(
          "Asks whether our key has an account here already. onlyReturnExisting says: find it, but make none.")
      ]
    case .newAccount: newAccount
    case .accountUpdate:
      [.text("Changes what the payload names, and nothing else: whoever signs with the key may.")]
    case .accountDeactivation:
      [
        .text(
          "Closes the account for good. The CA takes no request from it any more; what was issued stays valid until "
            + "it expires or is revoked.")
      ]
    case .keyChange: keyChange
    case .orders:
      [
        .text(
          "Fetches the account's list of orders. A CA may give it in pages: a header Link with rel=\"next\" then says "
            + "where the next one is.")
      ]
    case .newOrder:
      [
        .text(
          "Orders a certificate for \(names). Nothing is issued yet: the CA first answers with what has to be proved.")
      ]
    case .order: [.text("Looks how the order stands. The CA calls nobody back, so who waits has to ask.")]
    case .authorization:
      [
        .text(
          "An authorization is the CA's note on whether our account controls one name. The order names one for each. "
            + "This fetches it: it holds the challenges, the ways in which the name can be proved.")
      ]
    case .challenge:
      [
        .text(
          "Says: the proof is in place, look now. The payload has nothing to add, for the CA knows the token and our "
            + "key, and so works out by itself what it has to find.")
      ]
    case .deactivation:
      [.text("Gives the authorization up. What was proved counts no more: the next order has to prove it anew.")]
    case .finalize:
      [
        .text(
          "All names are proved. Now the CA gets the certificate request (CSR): the names and the site's public key, "
            + "signed with the site's private key. csr is its DER (RFC 2986) in base64url."),
        .text("The site's private key stays here. The CA never needs it."),
      ]
    case .certificate:
      [
        .text(
          "Fetches the certificate, and those that vouch for it. The header Accept asks for them in PEM, the site's "
            + "own first (section 9.1).")
      ]
    case .issuer:
      [
        .text(
          "The topmost certificate says where that of its issuer is to be had (RFC 5280, section 4.2.2.1). Neither TLS "
            + "nor a signature is needed for the way: whether it is the right one, its key tells, which has to fit.")
      ]
    case .renewalInfo:
      [
        .text(
          "Asks when a certificate is to be renewed. The CA knows better than a calendar: it may have to revoke the "
            + "certificate early, or want fewer to come at once."),
        .text(
          "The last part of the URL tells which certificate: the id of its issuer's key, a dot, its serial number "
            + "(section 4.1). Anybody may ask, so nothing is signed, and no account is needed."),
      ]
    case .revokeCert: revocation
    }
  }

  private var sent: JSONObject? { jws.flatMap { try? JSONObject(parsing: $0.content) } }

  private var names: String {
    let names = sent?["identifiers"]?.array?.compactMap { $0.object?["value"]?.string } ?? []
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(names.count) names (\(shown), …)" : shown
  }

  private var newAccount: [Lesson.Part] {
    var parts: [Lesson.Part] = [
      .text("Asks the CA for an account for our key. There is no password: who can sign with the key is the account.")
    ]
    let contacts = sent?["contact"]?.array?.compactMap(\.string) ?? []
    if !contacts.isEmpty {
      parts.append(.item("contact", "where the CA can reach you: \(contacts.joined(separator: ", "))"))
    }
    if sent?["termsOfServiceAgreed"]?.bool == true {
      parts.append(.item("termsOfServiceAgreed", "you said --agree-tos; nobody else may agree for you"))
    }
    return parts + (sent?["externalAccountBinding"]?.object.map(Self.binding) ?? [])
  }

  private var keyChange: [Lesson.Part] {
    [
      .text(
        "Gives the account a new key. Who has only the old one could name any key, and who has only the new one any "
          + "account: so both sign. The payload is itself a JWS, made with the new key:"),
      .item("its header", "jwk, the new public key, and the same url. No nonce: the outer JWS has one"),
      .item("its payload", "account, whose key it is to be, and oldKey, the public key that goes"),
      .text(
        "The JWS around it is signed with the old key, for the last time. If the answer gets lost, only the CA knows "
          + "which key counts: it is then asked by both."),
    ]
  }

  private var revocation: [Lesson.Part] {
    let key =
      jws?.header["jwk"] == nil
      ? "Signed with the account's key: the CA knows that this account ordered it, or has proved all its names."
      : "Signed with the certificate's own key: whoever has that may have it revoked, without any account."
    var parts: [Lesson.Part] = [
      .text(
        "Has the certificate revoked: certificate is its DER in base64url. From then on the CA tells everybody who "
          + "asks that it is not to be trusted any more."),
      .text(key),
    ]
    if let number = sent?["reason"]?.integer {
      let name = RevocationReason(rawValue: number)?.name ?? "unknown"
      parts.append(.item("reason", "\(number), \(name) (RFC 5280, section 5.3.1)"))
    }
    return parts
  }

  /// The JWS within the JWS. What it is signed with, and its signature, are not shown.
  private static func binding(_ inner: JSONObject) -> [Lesson.Part] {
    let protected = (inner["protected"]?.string).flatMap { try? Base64URL.decode($0) } ?? []
    let header = (try? JSONObject(parsing: protected)) ?? JSONObject()
    func member(_ name: String) -> String { header[name]?.string ?? "?" }
    return [
      .item(
        "externalAccountBinding",
        "a second JWS inside the first, which binds the new account to one that the CA has of you (section 7.3.4)"),
      .item(
        "its header",
        "alg \(member("alg")), the kind of MAC, a checksum that takes a key; kid \(member("kid")), the id that the CA "
          + "gave you; url, the same as outside. No nonce: the outer JWS has one"),
      .item("its payload", "our public key, the same as jwk outside: this key belongs to that customer"),
      .item(
        "its signature",
        "made not with our key, but with the MAC key that the CA gave you beside the id. You both know it, so it is "
          + "never sent"),
    ]
  }
}
