import ACMECore
import ACMETool

extension Lesson {
  /// - Parameters:
  ///   - isRequestKnown: whether key and names were compared with a request.
  ///   - file: where it is going; nil for stdout.
  static func chain(_ chain: CertificateChain, isRequestKnown: Bool, file: Path?) -> Lesson {
    var lesson = Lesson(
      "the chain: who signed what (RFC 5280, section 6)",
      [.text("Each certificate says: this name has this public key. Each is signed by the one after it:")])
    for (index, certificate) in chain.certificates.enumerated() {
      let key = certificate.publicKey.map(\.jwk.kind) ?? "a key of another kind"
      let isLast = index == chain.certificates.count - 1
      let signer = isLast ? ", which isn't here" : " with the key of certificate \(index + 2): checked"
      lesson.add(
        .item(
          "certificate \(index + 1)",
          "\(certificate.subject) has \(key). Signed by \(certificate.issuer)"
            + (isLast && certificate.signature(by: certificate) == .good ? " itself: a root" : signer)))
    }
    lesson.add(
      .text(
        isRequestKnown
          ? "Checked too: there is nothing but certificates (RFC 8555, section 11.4); the first holds the key of the "
            + "request and exactly its names, and is no CA's; each after it is a CA's, which may sign others."
          : "There is nothing but certificates; the first is no CA's, and each after it is. Whether the first is the one "
            + "that was wanted, only --csr can tell."),
      .text(
        "The topmost signer, the root, is left out: browsers bring the roots that they trust, and would trust none "
          + "that a server brings. The others have to be sent, for browsers don't bring those."))
    if let file, chain.certificates.count > 1 {
      let quoted = Shell.quoted(file)
      lesson.add(
        .text("To check the signature on the first, once it is written, with nothing to trust but the others:"),
        .command(
          "openssl verify -partial_chain -trusted <(sed '1,/END CERTIFICATE/d' \(quoted)) \(quoted)"))
    }
    return lesson
  }
}
