internal import COpenSSL

/// The signature of a certificate request, by the key in it (RFC 2986 §4.2): proof that who asks has the key.
enum RequestSignature {
  /// Throws `Malformed` for a signature that is wrong, and for a key or an algorithm that can't be checked here.
  static func verify(_ request: OpaquePointer) throws(Malformed) {
    defer { ERR_clear_error() }
    // RFC 5480 §2.1.1: specifiedCurve must not be used. No CA's parser reads it.
    guard !hasExplicitCurve(request) else {
      throw Malformed("the certificate request's key spells its curve out, where a CA reads only a curve's name")
    }
    guard let key = X509_REQ_get0_pubkey(request) else {
      throw unchecked("its key, \(keyAlgorithm(of: request)), can't be read (\(OpenSSLError().reason))")
    }
    if EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA || EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS {
      do { try RSANumbers.check(key) } catch {
        throw unchecked((error as? Malformed)?.reason ?? "its key can't be read")
      }
    }
    try checkAlgorithm(of: request)
    guard X509_REQ_verify(request, key) == 1 else {
      throw Malformed("the certificate request's signature doesn't verify with its own key")
    }
  }

  private static func checkAlgorithm(of request: OpaquePointer) throws(Malformed) {
    let signature = X509_REQ_get_signature_nid(request)
    var digest: Int32 = 0
    var key: Int32 = 0
    guard OBJ_find_sigid_algs(signature, &digest, &key) == 1 else {
      var algorithm: UnsafePointer<X509_ALGOR>?
      X509_REQ_get0_signature(request, nil, &algorithm)
      throw unchecked("its signature algorithm, \(name(of: algorithm?.pointee.algorithm)), isn't known")
    }
    // Of some algorithms the digest is part, or stands in the parameters.
    guard digest == NID_undef || EVP_get_digestbyname(OBJ_nid2sn(digest)) != nil else {
      throw unchecked("its signature's digest isn't known")
    }
  }

  private static func unchecked(_ reason: String) -> Malformed {
    Malformed("the certificate request can't be checked here: \(reason)")
  }

  private static func hasExplicitCurve(_ request: OpaquePointer) -> Bool {
    guard let algorithm = algorithm(ofKeyIn: request),
      OBJ_obj2nid(algorithm.pointee.algorithm) == NID_X9_62_id_ecPublicKey
    else { return false }
    var type: Int32 = V_ASN1_UNDEF
    X509_ALGOR_get0(nil, &type, nil, algorithm)
    return type != V_ASN1_OBJECT
  }

  private static func keyAlgorithm(of request: OpaquePointer) -> String {
    name(of: algorithm(ofKeyIn: request)?.pointee.algorithm)
  }

  private static func algorithm(ofKeyIn request: OpaquePointer) -> UnsafeMutablePointer<X509_ALGOR>? {
    var algorithm: UnsafeMutablePointer<X509_ALGOR>?
    X509_PUBKEY_get0_param(nil, nil, nil, &algorithm, X509_REQ_get_X509_PUBKEY(request))
    return algorithm
  }

  /// OpenSSL's name for an object identifier, or its numbers.
  private static func name(of object: OpaquePointer?) -> String {
    var text = [CChar](repeating: 0, count: 80)
    let length = OBJ_obj2txt(&text, Int32(text.count), object, 0)
    let shown = text.prefix(max(0, min(Int(length), text.count - 1)))
    return String(decoding: shown.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
