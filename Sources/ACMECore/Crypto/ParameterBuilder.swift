internal import COpenSSL

/// Builds a key from its parts. OpenSSL copies neither names nor values: this object keeps them as long as it needs
/// them.
final class ParameterBuilder {
  private let pointer: OpaquePointer
  private var numbers: [OpaquePointer] = []
  private var kept: [UnsafeMutableBufferPointer<UInt8>] = []

  init() throws { pointer = try OpenSSLError.check(OSSL_PARAM_BLD_new()) }

  deinit {
    OSSL_PARAM_BLD_free(pointer)
    numbers.forEach(BN_clear_free)
    kept.forEach { $0.deallocate() }
  }

  func push(_ name: String, number bytes: [UInt8]) throws {
    try push(name, OpenSSLError.check(BN_bin2bn(bytes, Int32(clamping: bytes.count), nil)))
  }

  func push(_ name: String, secret bytes: SecretBytes) throws { try push(name, OpenSSLError.check(bytes.number)) }

  /// Takes over `number`.
  private func push(_ name: String, _ number: OpaquePointer) throws {
    numbers.append(number)
    try OpenSSLError.check(OSSL_PARAM_BLD_push_BN(pointer, keep(name), number))
  }

  func push(_ name: String, text: String) throws {
    try OpenSSLError.check(OSSL_PARAM_BLD_push_utf8_string(pointer, keep(name), keep(text), 0))
  }

  func push(_ name: String, octets: [UInt8]) throws {
    try OpenSSLError.check(
      OSSL_PARAM_BLD_push_octet_string(pointer, keep(name), keep(octets).baseAddress, octets.count))
  }

  private func keep(_ text: String) -> UnsafePointer<CChar>? {
    UnsafeRawPointer(keep(Array(text.utf8) + [0]).baseAddress)?.assumingMemoryBound(to: CChar.self)
  }

  private func keep(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    kept.append(copy)
    return copy
  }

  /// - Parameter selection: which parts of a key there are, `COpenSSL_keypair` or `COpenSSL_public_key`.
  ///
  /// Throws `Malformed` where they make no key.
  func key(ofType type: String, _ selection: Int32) throws -> OpaquePointer {
    let parameters = try OpenSSLError.check(OSSL_PARAM_BLD_to_param(pointer))
    defer { OSSL_PARAM_free(parameters) }
    let context = try OpenSSLError.check(EVP_PKEY_CTX_new_from_name(nil, type, nil))
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_fromdata_init(context) > 0,
      EVP_PKEY_fromdata(context, &key, selection, parameters) > 0, let key
    else { throw Malformed("the JWK is no valid key (\(OpenSSLError().reason))") }
    return key
  }
}
