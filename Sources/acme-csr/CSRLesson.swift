import ACMECore
import ACMETool

extension Lesson {
  /// - Parameters:
  ///   - key: the site's.
  ///   - file: where it is going; nil for stdout.
  static func request(
    _ request: CertificateRequest, by key: PublicKey, commonName: Identifier?, mustStaple: Bool, file: Path?
  ) -> Lesson {
    let names = request.identifiers.map(\.value)
    let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    var lesson = Lesson(
      "a certificate request, or CSR (RFC 2986)",
      [
        .text("It asks a CA to say in a certificate that these names belong to this key:"),
        .item("names", "\(shown), in the extension subjectAltName (RFC 5280, section 4.2.1.6)"),
        .item(
          "subject",
          commonName.map { "CN=\($0.value), one of the names once more" }
            ?? "empty: browsers look at the names alone"),
        .item("public key", "\(key.jwk.kind), the site's, not the account's"),
      ])
    if mustStaple {
      lesson.add(.item("TLS feature", "no browser shall take it without a fresh OCSP answer beside it (RFC 7633)"))
    }
    let command =
      file.map { "openssl req -in \(Shell.quoted($0))" }
      ?? "\(Shell.print(request.der)) | openssl req -inform DER"
    lesson.add(
      .item(
        "signature",
        "by the site's private key. It shows that who asks has that key, so that nobody gets a certificate for the key "
          + "of another (RFC 2986, section 3)"),
      .text("The CA has signed nothing yet. To look at it\(file == nil ? "" : ", once it is written"):"),
      .command("\(command) -noout -text -verify"))
    return lesson
  }
}
