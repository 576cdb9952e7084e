internal import COpenSSL

extension ValidationCertificate {
  /// What is wrong with a certificate that is shown to a CA that validates `identifier` by tls-alpn-01 (RFC 8737 §3),
  /// as the end of a sentence that begins with the server; nil where nothing is.
  package static func fault(
    in der: [UInt8], for identifier: Identifier, _ keyAuthorization: KeyAuthorization
  ) -> String? {
    guard let certificate = try? Certificate(der: der) else { return "shows a certificate that can't be read" }
    guard let proof = certificate.content(ofExtension: acmeIdentifier) else {
      return "shows a certificate for \(names(of: certificate)) by \(certificate.issuer.shown(limit: 100))"
    }
    guard (try? certificate.alternativeNames) == [identifier] else {
      return "shows a validation certificate for \(names(of: certificate))"
    }
    guard proof.isCritical else { return "shows a validation certificate whose acmeIdentifier isn't critical" }
    guard proof.octets == Self.proof(of: keyAuthorization.text) else {
      return "shows a validation certificate with another proof"
    }
    return nil
  }

  private static func names(of certificate: Certificate) -> String {
    let names = (try? certificate.alternativeNames)?.list ?? ""
    return names.isEmpty ? "no name" : names.shown(limit: 200)
  }
}

extension Certificate {
  /// The content of the one extension of the type `name`, a dotted number.
  fileprivate func content(ofExtension name: String) -> (octets: [UInt8], isCritical: Bool)? {
    guard let object = OBJ_txt2obj(name, 1) else { return nil }
    defer { ASN1_OBJECT_free(object) }
    let place = X509_get_ext_by_OBJ(pointer, object, -1)
    guard place >= 0, X509_get_ext_by_OBJ(pointer, object, place) < 0, let found = X509_get_ext(pointer, place) else {
      return nil
    }
    return (SubjectNames.octets(X509_EXTENSION_get_data(found)), X509_EXTENSION_get_critical(found) == 1)
  }
}
