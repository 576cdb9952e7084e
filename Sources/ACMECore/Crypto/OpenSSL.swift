internal import COpenSSL

package enum OpenSSLConfiguration {
  /// Reads openssl.cnf and whatever that leads to, where OpenSSL would do so with its first use.
  package static func read() { OPENSSL_init_crypto(UInt64(OPENSSL_INIT_LOAD_CONFIG), nil) }
}

/// What OpenSSL says went wrong, taken from its queue; the queue is empty afterwards.
struct OpenSSLError: Error {
  let reasons: [String]
  /// Whether a wrong passphrase is the likely cause.
  let isDecryptionFailure: Bool
  /// Whether no loaded provider has the algorithm: OpenSSL 3 keeps single DES, RC2 and the like in one of their own.
  let isUnknownAlgorithm: Bool

  init() {
    var reasons: [String] = []
    var decryption = false
    var unknown = false
    while case let code = ERR_get_error(), code != 0 {
      if let text = ERR_reason_error_string(code) { reasons.append(String(cString: text)) }
      let library = COpenSSL_error_library(code)
      let reason = COpenSSL_error_reason(code)
      decryption =
        decryption
        || (library == ERR_LIB_EVP && reason == EVP_R_BAD_DECRYPT)
        || (library == ERR_LIB_PEM && reason == PEM_R_BAD_DECRYPT)
        || (library == ERR_LIB_PKCS12 && reason == 113 /* PKCS12_R_MAC_VERIFY_FAILURE */)
      unknown = unknown || (library == ERR_LIB_EVP && reason == COpenSSL_unsupported)
    }
    self.reasons = reasons
    isUnknownAlgorithm = unknown
    isDecryptionFailure = decryption || reasons.contains("bad decrypt") || reasons.contains("pkcs12 cipherfinal error")
  }

  var reason: String { reasons.last ?? "no reason given" }

  /// `pointer` unless it is nil, which is how OpenSSL says that something failed.
  static func check<Pointer>(_ pointer: Pointer?) throws(OpenSSLError) -> Pointer {
    guard let pointer else { throw OpenSSLError() }
    return pointer
  }

  static func check(_ result: Int32) throws(OpenSSLError) {
    guard result > 0 else { throw OpenSSLError() }
  }
}

/// A BIO in memory, freed with this object.
final class MemoryBIO {
  let pointer: OpaquePointer

  /// Empty, to be written to.
  init() throws(OpenSSLError) { pointer = try OpenSSLError.check(BIO_new(BIO_s_mem())) }

  init(_ bytes: [UInt8]) throws(OpenSSLError) {
    pointer = try OpenSSLError.check(BIO_new(BIO_s_mem()))
    let written = BIO_write(pointer, bytes, Int32(clamping: bytes.count))
    guard bytes.isEmpty || written == bytes.count else { throw OpenSSLError() }
  }

  /// Empty, to be written to; what is written is a secret.
  init(forSecret: Void) throws(OpenSSLError) { pointer = try OpenSSLError.check(BIO_new(BIO_s_secmem())) }

  /// Reads `bytes` where they are, which have to stay there.
  init(inPlace bytes: UnsafeRawBufferPointer) throws(OpenSSLError) {
    pointer = try OpenSSLError.check(BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)))
  }

  deinit { BIO_free(pointer) }

  var secret: SecretBytes { withBytes { SecretBytes($0) } }

  var bytes: [UInt8] { withBytes { Array($0) } }

  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var start: UnsafeMutablePointer<CChar>?
    let count = COpenSSL_BIO_get_mem_data(pointer, &start)
    return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : max(0, count)))
  }
}

/// The DER that an `i2d` function writes.
func encodedDER(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) throws(OpenSSLError) -> [UInt8]
{
  try withEncodedDER(encode) { Array($0) }
}

/// The same of a private key.
func secretDER(
  _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
) throws(OpenSSLError) -> SecretBytes {
  try withEncodedDER(encode) { SecretBytes($0) }
}

private func withEncodedDER<Result>(
  _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32,
  _ body: (UnsafeBufferPointer<UInt8>) -> Result
) throws(OpenSSLError) -> Result {
  var start: UnsafeMutablePointer<UInt8>?
  let count = encode(&start)
  guard count > 0, let start else { throw OpenSSLError() }
  defer { COpenSSL_free(start) }
  return body(UnsafeBufferPointer(start: start, count: Int(count)))
}

/// What a `d2i` function reads from `bytes`, all of which it has to use; `free` frees what it read of others.
func decodedDER(
  _ bytes: [UInt8], _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
  free: (OpaquePointer?) -> Void
) -> OpaquePointer? {
  bytes.withUnsafeBytes { decodedDER($0, decode, free: free) }
}

func decodedDER(
  _ bytes: UnsafeRawBufferPointer, _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
  free: (OpaquePointer?) -> Void
) -> OpaquePointer? {
  let buffer = bytes.bindMemory(to: UInt8.self)
  var start = buffer.baseAddress
  defer { ERR_clear_error() }
  guard let value = decode(&start, buffer.count) else { return nil }
  guard start == buffer.baseAddress.map({ $0 + buffer.count }) else {
    free(value)
    return nil
  }
  return value
}
