internal import COpenSSL

/// The subject alternative names of requests and certificates (RFC 5280 §4.2.1.6).
enum SubjectNames {
  /// The DNS and IP names in `names`, in their order.
  ///
  /// Throws `Malformed` for a name of another type, naming it: nobody could prove control of it here.
  static func identifiers(_ names: OpaquePointer?) throws(Malformed) -> [Identifier] {
    var identifiers: [Identifier] = []
    // OpenSSL counts -1 where there is no stack at all.
    for index in 0..<max(0, COpenSSL_GENERAL_NAME_count(names)) {
      guard let name = COpenSSL_GENERAL_NAME_at(names, index) else { continue }
      switch name.pointee.type {
      case GEN_DNS: identifiers.append(try Identifier(wireName: text(name.pointee.d.dNSName)))
      case GEN_IPADD:
        let octets = octets(name.pointee.d.iPAddress)
        guard let address = IPAddress(octets: octets) else {
          throw Malformed("an IP address of \(octets.count) octets stands among the names")
        }
        identifiers.append(.ip(address))
      case GEN_EMAIL: throw unsupported("an e-mail address", text(name.pointee.d.rfc822Name))
      case GEN_URI: throw unsupported("a URI", text(name.pointee.d.uniformResourceIdentifier))
      case GEN_DIRNAME:
        throw Malformed("a directory name stands among the names: only DNS names and IP addresses can be proved")
      case GEN_RID:
        throw Malformed("a registered ID stands among the names: only DNS names and IP addresses can be proved")
      default: throw Malformed("an otherName stands among the names: only DNS names and IP addresses can be proved")
      }
    }
    return identifiers
  }

  /// What a SAN extension was decoded to.
  ///
  /// - Parameter mark: where the decoder says why there is nothing: -1 means that there is no such extension.
  static func checked(_ decoded: UnsafeMutableRawPointer?, mark: Int32) throws(Malformed) -> OpaquePointer? {
    ERR_clear_error()
    guard decoded != nil || mark == -1 else { throw Malformed("the names can't be read, or stand there twice") }
    return decoded.map { OpaquePointer($0) }
  }

  /// Every value of the attribute `kind` in its order; nil for one that isn't the text that it says it is.
  static func values(_ kind: Int32, of name: OpaquePointer?) -> [String?] {
    var values: [String?] = []
    var index = X509_NAME_get_index_by_NID(name, kind, -1)
    while index >= 0 {
      values.append(X509_NAME_get_entry(name, index).flatMap(X509_NAME_ENTRY_get_data).flatMap(utf8))
      index = X509_NAME_get_index_by_NID(name, kind, index)
    }
    return values
  }

  private static func utf8(_ value: UnsafeMutablePointer<ASN1_STRING>) -> String? {
    var utf8: UnsafeMutablePointer<UInt8>?
    let length = ASN1_STRING_to_UTF8(&utf8, value)
    guard length >= 0, let utf8 else {
      ERR_clear_error()
      return nil
    }
    defer { COpenSSL_free(utf8) }
    return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(length)), as: UTF8.self)
  }

  /// The DNS name that a common name is. One of one label ("localhost", but also "Example") is no more than a label
  /// that people give.
  static func dnsName(_ common: String) -> Identifier? {
    common.utf8.contains(UInt8(ascii: ".")) ? try? Identifier(wireName: common) : nil
  }

  /// The names as OpenSSL has them; the caller frees the stack.
  static func generalNames(_ identifiers: [Identifier]) throws -> OpaquePointer {
    let names = try OpenSSLError.check(GENERAL_NAMES_new())
    do {
      for identifier in identifiers {
        let name = try OpenSSLError.check(GENERAL_NAME_new())
        guard COpenSSL_GENERAL_NAME_push(names, name) > 0 else {
          GENERAL_NAME_free(name)
          throw OpenSSLError()
        }
        switch identifier {
        case .dns:
          let value = try OpenSSLError.check(ASN1_STRING_type_new(V_ASN1_IA5STRING))
          ASN1_STRING_set(value, identifier.value, Int32(identifier.value.utf8.count))
          GENERAL_NAME_set0_value(name, GEN_DNS, value)
        case .ip(let address):
          let value = try OpenSSLError.check(ASN1_STRING_type_new(V_ASN1_OCTET_STRING))
          ASN1_STRING_set(value, address.octets, Int32(address.octets.count))
          GENERAL_NAME_set0_value(name, GEN_IPADD, value)
        case .other(let type, _): throw Malformed("a name of type \(type) can't be put into a request")
        }
      }
    } catch {
      GENERAL_NAMES_free(names)
      throw error
    }
    return names
  }

  private static func unsupported(_ what: String, _ value: String) -> Malformed {
    Malformed("\(what) (\(value)) stands among the names: only DNS names and IP addresses can be proved")
  }

  static func octets(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    guard let string, let start = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
  }

  private static func text(_ string: UnsafePointer<ASN1_STRING>?) -> String {
    String(decoding: octets(string), as: UTF8.self)
  }
}
