internal import COpenSSL

extension PrivateKey {
  /// The key that `uri` names, which never leaves its token.
  ///
  /// - Parameter pin: asked for when, and only when, the token wants it, and used once.
  ///
  /// Throws `Failure` 66 where it can't be had, 65 where the PIN is wrong, `Malformed` for a kind of key that ACME has no
  /// signature for, and what `pin` throws.
  package convenience init(token uri: PKCS11URI, pin: @escaping Passphrase) throws {
    let engine = try TokenEngine(uri)
    let key = try engine.key(pin, COpenSSL_ENGINE_private_key)
    do { try self.init(key, publicKey: engine.publicKey(of: key)) } catch {
      EVP_PKEY_free(key)
      throw error
    }
  }
}

extension PublicKey {
  /// The same for its public part.
  package init(token uri: PKCS11URI, pin: @escaping PrivateKey.Passphrase) throws {
    self = try TokenEngine(uri).publicKey(pin)
  }
}

/// OpenSSL's engine for tokens. It is there until the process ends, and so is a key's question for its PIN.
private struct TokenEngine {
  typealias Load = (
    OpaquePointer?, UnsafePointer<CChar>?, OpaquePointer?, UnsafeMutableRawPointer?
  ) -> OpaquePointer?

  /// How the engine asks for a PIN: the PassphraseRequest that it was given has it. One for all keys, since the engine
  /// never says when it is done with it.
  private nonisolated(unsafe) static let asking = UI_UTIL_wrap_read_pem_callback(
    { buffer, size, _, context in
      guard let buffer, let context else { return -1 }
      let request = Unmanaged<PassphraseRequest>.fromOpaque(context).takeUnretainedValue()
      return request.answer(into: buffer, size: Int(size))
    }, 0)

  private let uri: PKCS11URI
  private let engine: OpaquePointer

  init(_ uri: PKCS11URI) throws {
    self.uri = uri
    ERR_clear_error()
    guard let engine = COpenSSL_ENGINE_by_id("pkcs11") else {
      ERR_clear_error()
      throw Failure(
        .noInput, "can't read \(uri): OpenSSL's engine for tokens, pkcs11, isn't there",
        hint: "Debian has it in the package libengine-pkcs11-openssl")
    }
    self.engine = engine
    // Or else it writes to stderr what it thinks of it all.
    _ = COpenSSL_ENGINE_command(engine, "QUIET", nil)
    if let module = uri.modulePath {
      let isSet = module.withCString { COpenSSL_ENGINE_command(engine, "MODULE_PATH", $0) }
      guard isSet == 1 else { throw failure() }
    }
    guard COpenSSL_ENGINE_init(engine) == 1 else { throw failure() }
  }

  func key(_ pin: @escaping PrivateKey.Passphrase, _ load: Load) throws -> OpaquePointer {
    let request = PassphraseRequest(pin, isForToken: true)
    let asking = try OpenSSLError.check(Self.asking)
    let key = load(engine, uri.description, asking, Unmanaged.passRetained(request).toOpaque())
    if let error = request.error { throw error }
    guard let key else { throw failure(wasAsked: request.wasAsked) }
    ERR_clear_error()
    return key
  }

  func publicKey(_ pin: @escaping PrivateKey.Passphrase) throws -> PublicKey {
    let key = try key(pin, COpenSSL_ENGINE_public_key)
    defer { EVP_PKEY_free(key) }
    return try Self.ownPublicKey(key)
  }

  /// The public part of a private key: the engine goes by the object's id, which keys may share or lack, and takes
  /// another's then. Where that isn't the one of the same name, a signature tells.
  func publicKey(of key: OpaquePointer) throws -> PublicKey {
    let byID = Result { try Self.ownPublicKey(key) }
    guard let byName = try? publicKey({ throw Malformed("the token wants its PIN again") }) else {
      return try byID.get()
    }
    guard let byID = try? byID.get(), byID != byName else { return byName }
    return Self.isPair(key, byName) ? byName : byID
  }

  /// As a key of OpenSSL's own: the engine's can't be asked what it is made of.
  private static func ownPublicKey(_ key: OpaquePointer) throws -> PublicKey {
    let info = try encodedDER { i2d_PUBKEY(key, $0) }
    let own = try OpenSSLError.check(decodedDER(info, { d2i_PUBKEY(nil, $0, $1) }, free: EVP_PKEY_free))
    defer { EVP_PKEY_free(own) }
    return try PublicKey(own)
  }

  private static func isPair(_ key: OpaquePointer, _ publicKey: PublicKey) -> Bool {
    guard EVP_PKEY_up_ref(key) == 1 else { return false }
    let input = [UInt8]("a signature of no meaning".utf8)
    let signature = try? PrivateKey(key, publicKey: publicKey).signer.sign(input)
    return (try? signature.map { try publicKey.verifies($0, of: input) }) == true
  }

  private func failure(wasAsked: Bool = false) -> Failure {
    let error = OpenSSLError()
    if wasAsked, let said = error.reasons.first(where: { $0.contains("PIN") || $0.hasPrefix("result too") }) {
      return Failure(
        .input, "\(uri): the token doesn't take the PIN (\(said))",
        hint: "it isn't tried again, since a token locks itself")
    }
    return Failure(
      .noInput, "can't read \(uri): no token here shows such a key (\(error.reason))",
      hint: "p11tool --list-tokens, or pkcs11-tool --list-objects, shows what there is")
  }
}
