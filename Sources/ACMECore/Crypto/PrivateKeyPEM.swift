internal import COpenSSL

extension PrivateKey {
  /// Asked for when, and only when, the key turns out to be encrypted.
  package typealias Passphrase = () throws -> [UInt8]

  /// Reads PKCS#8 (encrypted too), SEC1 or PKCS#1 in PEM.
  ///
  /// Throws `Malformed` for what is no key, and what `passphrase` throws.
  package convenience init(pem: [UInt8], passphrase: Passphrase) throws {
    guard Self.holdsPrivateKey(pem) else {
      let isPublic = pem.firstRange(of: "PUBLIC KEY-----") != nil
      throw Malformed(isPublic ? "a public key where a private key is needed" : "no PEM private key")
    }
    let input = try MemoryBIO(pem)
    ERR_clear_error()
    // Without a callback of ours OpenSSL would ask on the terminal by itself, and hang where there is none.
    let request = try withoutActuallyEscaping(passphrase) { ask in
      let request = PassphraseRequest(ask)
      let key = PEM_read_bio_PrivateKey(
        input.pointer, nil,
        { buffer, size, _, context in
          guard let buffer, let context else { return -1 }
          let request = Unmanaged<PassphraseRequest>.fromOpaque(context).takeUnretainedValue()
          return request.answer(into: buffer, size: Int(size))
        }, Unmanaged.passUnretained(request).toOpaque())
      if let error = request.error { throw error }
      return (key, request.wasAsked)
    }
    guard let key = request.0 else {
      let error = OpenSSLError()
      throw Malformed(
        request.1 || error.isDecryptionFailure
          ? "the passphrase is wrong, or the encrypted key is damaged"
          : "the PEM private key can't be read (\(error.reason))")
    }
    ERR_clear_error()
    try self.init(key)
  }

  private static func holdsPrivateKey(_ pem: [UInt8]) -> Bool {
    pem.firstRange(of: "PRIVATE KEY-----") != nil
  }

  /// PKCS#8 in PEM; encrypted with AES-256 and PBKDF2 where there is a passphrase (RFC 5958, RFC 8018).
  package func pem(passphrase: [UInt8]? = nil) throws -> [UInt8] {
    // OpenSSL asks for no longer one when it reads the key again (PEM_BUFSIZE).
    guard passphrase?.count ?? 0 <= 1024 else { throw Malformed("the passphrase is longer than 1024 octets") }
    let out = try MemoryBIO()
    let done =
      if let passphrase {
        passphrase.withUnsafeBytes { bytes in
          PEM_write_bio_PKCS8PrivateKey(
            out.pointer, pointer, EVP_aes_256_cbc(), bytes.bindMemory(to: CChar.self).baseAddress,
            Int32(clamping: bytes.count), nil, nil)
        }
      } else {
        PEM_write_bio_PKCS8PrivateKey(out.pointer, pointer, nil, nil, 0, nil, nil)
      }
    try OpenSSLError.check(done)
    return out.bytes
  }
}

/// Carries a passphrase, or the error that asking for it ended in, through OpenSSL's callback.
private final class PassphraseRequest {
  private let ask: PrivateKey.Passphrase
  private(set) var wasAsked = false
  private(set) var error: (any Error)?

  init(_ ask: @escaping PrivateKey.Passphrase) { self.ask = ask }

  func answer(into buffer: UnsafeMutablePointer<CChar>, size: Int) -> Int32 {
    wasAsked = true
    do {
      let passphrase = try ask()
      guard passphrase.count <= size else { throw Malformed("the passphrase is longer than \(size) octets") }
      for (index, byte) in passphrase.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      return Int32(passphrase.count)
    } catch {
      self.error = error
      return -1
    }
  }
}

extension Collection<UInt8> {
  func firstRange(of text: StaticString) -> Range<Index>? {
    let pattern = text.withUTF8Buffer { Array($0) }
    return firstRange(of: pattern)
  }
}
