internal import COpenSSL

/// The names that a certificate request asks for in its attributes (RFC 2986 §4.1, RFC 2985 §5.4.2).
enum ExtensionRequests {
  /// The names in the SAN, in whichever attribute or value it is: a CA may read any of them.
  ///
  /// Throws `Malformed` where there is more than one SAN, and for names that are asked for only in Microsoft's own
  /// attribute, which CAs pass over.
  static func identifiers(of request: OpaquePointer) throws(Malformed) -> [Identifier] {
    let names = try names(in: NID_ext_req, of: request)
    guard names.count <= 1 else { throw Malformed("the names can't be read, or stand there twice") }
    let overlooked = Set(try self.names(in: NID_ms_ext_req, of: request).joined()).subtracting(names.joined())
    guard let one = overlooked.map(\.value).min() else { return names.first ?? [] }
    throw Malformed(
      "the certificate request asks for \(one) in Microsoft's own attribute (1.3.6.1.4.1.311.2.1.14) alone, "
        + "which CAs don't read")
  }

  /// What each SAN in the attributes of one type holds.
  private static func names(in type: Int32, of request: OpaquePointer) throws(Malformed) -> [[Identifier]] {
    var names: [[Identifier]] = []
    for index in 0..<max(0, X509_REQ_get_attr_count(request)) {
      guard let attribute = X509_REQ_get_attr(request, index),
        OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) == type
      else { continue }
      for value in 0..<max(0, X509_ATTRIBUTE_count(attribute)) {
        guard let found = try self.names(in: X509_ATTRIBUTE_get0_type(attribute, value)) else { continue }
        names.append(found)
      }
    }
    return names
  }

  /// nil where there is no SAN among these extensions.
  private static func names(in value: UnsafeMutablePointer<ASN1_TYPE>?) throws(Malformed) -> [Identifier]? {
    guard let value, value.pointee.type == V_ASN1_SEQUENCE,
      let extensions = decodedDER(
        SubjectNames.octets(value.pointee.value.sequence), { d2i_X509_EXTENSIONS(nil, $0, $1) },
        free: COpenSSL_X509_EXTENSION_free)
    else { throw Malformed("the certificate request's extensions can't be read") }
    defer { COpenSSL_X509_EXTENSION_free(extensions) }
    var mark: Int32 = -1
    let decoded = X509V3_get_d2i(extensions, NID_subject_alt_name, &mark, nil)
    guard let names = try SubjectNames.checked(decoded, mark: mark) else { return nil }
    defer { GENERAL_NAMES_free(names) }
    return try SubjectNames.identifiers(names)
  }
}
