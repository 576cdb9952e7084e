internal import COpenSSL

extension PrivateKey {
  /// Asked for when, and only when, the key turns out to be encrypted.
  package typealias Passphrase = () throws -> SecretBytes

  /// Reads PKCS#8 (encrypted too), SEC1 or PKCS#1 in PEM.
  ///
  /// Throws `Malformed` for what is no key, and what `passphrase` throws.
  package convenience init(pem: SecretBytes, passphrase: Passphrase) throws {
    guard Self.holdsPrivateKey(pem) else {
      guard pem.firstRange(of: "PUBLIC KEY-----") == nil else {
        throw Malformed("a public key where a private key is needed")
      }
      // What holds no private key is no secret.
      let other = (try? PEMText(Array(pem)))?.blocks.first
      throw other.map { Malformed(pemBlock: $0.label, insteadOf: "a private key") } ?? Malformed("no PEM private key")
    }
    ERR_clear_error()
    let (key, wasAsked) = try withoutActuallyEscaping(passphrase) { ask in
      let request = PassphraseRequest(ask)
      let key = try SecretMemory.wipingStack { try Self.read(pem, request) }
      if let error = request.error { throw error }
      return (key, request.wasAsked)
    }
    guard let key else {
      let error = OpenSSLError()
      guard !wasAsked || !error.isUnknownAlgorithm else {
        throw Malformed(
          "the key is encrypted with a cipher that is too old to be read here",
          hint: "convert it: openssl pkey -provider legacy -provider default -in OLD -out NEW")
      }
      throw Malformed(
        wasAsked || error.isDecryptionFailure
          ? "the passphrase is wrong, or the encrypted key is damaged"
          : "the PEM private key can't be read (\(error.reason))")
    }
    ERR_clear_error()
    try self.init(key)
  }

  private static func read(_ pem: SecretBytes, _ request: PassphraseRequest) throws -> OpaquePointer? {
    try pem.withUnsafeBytes { bytes in
      let input = try MemoryBIO(inPlace: UnsafeRawBufferPointer(rebasing: bytes.afterByteOrderMark))
      // Without a callback of ours OpenSSL would ask on the terminal by itself, and hang where there is none.
      return PEM_read_bio_PrivateKey(
        input.pointer, nil,
        { buffer, size, _, context in
          guard let buffer, let context else { return -1 }
          let request = Unmanaged<PassphraseRequest>.fromOpaque(context).takeUnretainedValue()
          return request.answer(into: buffer, size: Int(size))
        }, Unmanaged.passUnretained(request).toOpaque())
    }
  }

  /// Whether `der` is a private key of a kind that OpenSSL knows, encrypted or not, or a PKCS #12 file.
  package static func isOne(der: SecretBytes) -> Bool {
    func reads(_ decode: (UnsafeRawBufferPointer) -> OpaquePointer?, _ free: (OpaquePointer?) -> Void) -> Bool {
      let value = der.withUnsafeBytes(decode)
      free(value)
      return value != nil
    }
    return reads({ decodedDER($0, { d2i_AutoPrivateKey(nil, $0, $1) }, free: EVP_PKEY_free) }, EVP_PKEY_free)
      || reads({ decodedDER($0, { d2i_X509_SIG(nil, $0, $1) }, free: X509_SIG_free) }, X509_SIG_free)
      || reads({ decodedDER($0, { d2i_PKCS12(nil, $0, $1) }, free: PKCS12_free) }, PKCS12_free)
  }

  private static func holdsPrivateKey(_ pem: SecretBytes) -> Bool {
    pem.firstRange(of: "PRIVATE KEY-----") != nil
  }

  /// How often PBKDF2 with HMAC-SHA-256 goes round: what a guess at the passphrase costs. RFC 8018 §4.2 asks for as many
  /// as can be borne; these are a fraction of a second.
  package static let derivationRounds: Int32 = 600_000

  /// RFC 8018 §4.1 asks for 8 octets at least, NIST SP 800-132 §5.1 for 16.
  private static let saltLength: Int32 = 16

  /// PKCS#8 in PEM; encrypted with AES-256 and PBKDF2 where there is a passphrase (RFC 5958, RFC 8018).
  package func pem(passphrase: SecretBytes? = nil) throws -> SecretBytes {
    try SecretMemory.wipingStack { try passphrase.map(encrypted) ?? plain() }
  }

  private func plain() throws -> SecretBytes {
    let out = try MemoryBIO(forSecret: ())
    try OpenSSLError.check(PEM_write_bio_PKCS8PrivateKey(out.pointer, pointer, nil, nil, 0, nil, nil))
    return out.secret
  }

  private func encrypted(with passphrase: SecretBytes) throws -> SecretBytes {
    let out = try MemoryBIO(forSecret: ())
    // OpenSSL asks for no longer one when it reads the key again (PEM_BUFSIZE).
    guard passphrase.count <= 1024 else { throw Malformed("the passphrase is longer than 1024 octets") }
    let info = try OpenSSLError.check(EVP_PKEY2PKCS8(pointer))
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    // Salt and initialisation vector are nil: OpenSSL draws them.
    let scheme = try OpenSSLError.check(
      PKCS5_pbe2_set_iv(
        EVP_aes_256_cbc(), Self.derivationRounds, nil, Self.saltLength, nil, NID_hmacWithSHA256))
    let encrypted = passphrase.withUnsafeBytes { bytes in
      PKCS8_set0_pbe(bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), info, scheme)
    }
    guard let encrypted else {
      X509_ALGOR_free(scheme)
      throw OpenSSLError()
    }
    defer { X509_SIG_free(encrypted) }
    try OpenSSLError.check(PEM_write_bio_PKCS8(out.pointer, encrypted))
    return out.secret
  }
}

/// Carries a passphrase, or the error that asking for it ended in, through OpenSSL's callback. OpenSSL asks again for
/// each way in which the key could be read; whoever answers, or doesn't want to, is asked once.
final class PassphraseRequest {
  private let ask: PrivateKey.Passphrase
  private let isForToken: Bool
  private var answer: Result<SecretBytes, any Error>?

  /// - Parameter isForToken: whether what is answered is given away once alone: a token counts what is wrong, and locks.
  init(_ ask: @escaping PrivateKey.Passphrase, isForToken: Bool = false) {
    self.ask = ask
    self.isForToken = isForToken
  }

  var wasAsked: Bool { answer != nil }

  var error: (any Error)? {
    if case .failure(let error) = answer { error } else { nil }
  }

  func answer(into buffer: UnsafeMutablePointer<CChar>, size: Int) -> Int32 {
    guard !isForToken || !wasAsked else { return -1 }
    let answer = answer ?? Result { try checked(ask(), size) }
    self.answer = answer
    guard let passphrase = try? answer.get() else { return -1 }
    passphrase.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: buffer, count: size).copyMemory(from: $0) }
    return Int32(passphrase.count)
  }

  private func checked(_ passphrase: SecretBytes, _ size: Int) throws -> SecretBytes {
    guard passphrase.count <= size else { throw Malformed("the passphrase is longer than \(size) octets") }
    return passphrase
  }
}
