import ACMECore
import ACMETool

extension Tool {
  /// How the proofs of the pending authorizations are made: of those chosen, else of all that can be made.
  func explainProofs(of document: OrderDocument) {
    var explained: Set<Challenge.Kind> = []
    var isKeyAuthorizationExplained = false
    for authorization in document.authorizations where authorization.status == .pending {
      let challenges = authorization.chosen.map { [$0] } ?? authorization.challenges
      for proof in challenges.compactMap({ document.proof($0, of: authorization) }) {
        guard explained.insert(proof.type).inserted else {
          explain(proof.brief)
          continue
        }
        explain(proof.lesson(isKeyAuthorizationExplained ? nil : document.jwk.thumbprint))
        isKeyAuthorizationExplained = isKeyAuthorizationExplained || proof.keyAuthorization != nil
      }
    }
  }

  func explainCleaning() {
    explain(
      Lesson(
        "cleaning up (RFC 8555, sections 8.3 and 8.4)",
        [.text("Once they have been looked at, nobody needs the proofs any more: what was put in place is taken away.")]
      ))
  }
}

extension Proof {
  fileprivate var brief: Lesson {
    Lesson("the proof for \(identifier) by \(type), made in the same way: \(publication.line)")
  }

  /// - Parameter thumbprint: nil where it was said already what a key authorization is.
  fileprivate func lesson(_ thumbprint: String?) -> Lesson {
    var lesson = Lesson("the proof for \(identifier) by \(type) (\(section))")
    switch (token, keyAuthorization, thumbprint) {
    case (let token?, let keyAuthorization?, let thumbprint?):
      lesson.add(
        .item("token", "\(token), random, made by the CA for this challenge alone"),
        .item("thumbprint", "\(thumbprint), a digest of our account's public key (RFC 7638)"),
        .item("key authorization", "token \".\" thumbprint, \(keyAuthorization.text) (RFC 8555, section 8.1)"),
        .text(
          "It says: whoever has the key with this thumbprint may get certificates for the name. Others may read and "
            + "copy it, but a stranger's orders are signed with another key, and the CA then looks for that key's "
            + "thumbprint. Only who controls the name can put that in place."))
    case (_, let keyAuthorization?, nil): lesson.add(.item("key authorization", keyAuthorization.text))
    default: break
    }
    lesson.add(place)
    return lesson
  }

  var section: String {
    switch type {
    case .http01: "RFC 8555, section 8.3"
    case .dns01: "RFC 8555, section 8.4"
    case .tlsALPN01: "RFC 8737, section 3"
    case .dnsAccount01: "draft-ietf-acme-dns-account-label"
    case .dnsPersist01: "draft-ietf-acme-dns-persist"
    default: "RFC 8555, section 8"
    }
  }

  private var place: [Lesson.Part] {
    let keyAuthorization = keyAuthorization.map { Shell.print($0.text) } ?? ""
    switch publication {
    case .http:
      return [
        .item("to be found at", publication.member.object["url"]?.string ?? ""),
        .text("as plain text: the key authorization as it is. The CA asks on port 80, without TLS."),
      ]
    case .dns(let record) where record.stays: return standing(record)
    case .dns(let record):
      return record.placeParts + [
        .item(
          "its value", "\(record.value), which is SHA-256 over the key authorization, in base64url. By hand, in bash:"),
        .command("\(keyAuthorization) | openssl dgst -sha256 -binary | \(Shell.base64URL)"),
      ]
    case .tls(let name, let digest):
      return [
        .item(
          "to be found at",
          "port 443, by who asks for the name \(name) and, by ALPN, for acme-tls/1: a certificate that signs itself, "
            + "made for this alone"),
        .item(
          "its extension acmeIdentifier",
          "\(digest), which is SHA-256 over the key authorization, in hex. By hand, in bash:"),
        .command("\(keyAuthorization) | openssl dgst -sha256"),
      ]
    }
  }

  private func standing(_ record: TXTRecord) -> [Lesson.Part] {
    record.placeParts + [
      .item("its value", record.value),
      .text(
        "There is no token. The record names the CA and our account, so it helps no other account, and it may stay for "
          + "all orders to come."),
    ]
  }
}

extension TXTRecord {
  fileprivate var placeParts: [Lesson.Part] {
    [.item("to be found at", "\(name), as a TXT record")]
      + (target.map { [.item("to be put at", "\($0.text), for a CNAME leads there")] } ?? [])
  }
}
