package import ACMECore
package import ArgumentParser

/// Where a private key is.
package enum KeyPlace: Equatable, CustomStringConvertible {
  case file(Path)
  case token(PKCS11URI)

  package var description: String {
    switch self {
    case .file(let path): path.description
    case .token(let uri): uri.description
    }
  }

  /// By its looks: a path, or a pkcs11: URI. Throws `Malformed` for a wrong URI.
  fileprivate init(_ path: Path) throws(Malformed) {
    self = PKCS11URI.isMeant(by: path.octets) ? .token(try PKCS11URI(path.octets)) : .file(path)
  }
}

extension Option where Value == KeyPlace? {
  /// A private key: a file by its name, or a pkcs11: URI.
  package init(name: NameSpecification, key help: String) {
    self.init(
      name: name, help: ArgumentHelp(help, valueName: "file"), completion: .file(),
      transform: { text in
        let path = try Path(argument: text)
        do throws(Malformed) { return try KeyPlace(path) } catch { throw ValidationError(error.reason) }
      })
  }
}

extension Tool {
  /// The private key that `variable` names. Throws `Failure` 64 for a wrong URI.
  package func key(from variable: String) throws(Failure) -> KeyPlace? {
    guard let path = path(from: variable) else { return nil }
    do { return try KeyPlace(path) } catch {
      throw Failure(.usage, "\(variable): \(error.reason)", hint: error.hint)
    }
  }
}

extension PassphraseOptions {
  /// The key at `place`, or the PEM one that stdin held.
  package func key(at place: KeyPlace?, or stdin: SecretBytes = SecretBytes(), _ tool: Tool) throws -> PrivateKey {
    switch place {
    case nil: return try key(pem: stdin, from: "stdin", tool)
    case .file(let path)?:
      return try key(pem: Files.readSecret(path), from: path.description, named: path.octets.description, tool)
    case .token(let uri)?:
      try uri.checkModule()
      return try reading(uri.description) { try PrivateKey(token: uri) { try pin(of: uri, tool) } }
    }
  }

  /// The public part of the key in a token, which may well show it without a PIN.
  package func publicKey(in uri: PKCS11URI, _ tool: Tool) throws -> PublicKey {
    try uri.checkModule()
    return try reading(uri.description) { try PublicKey(token: uri) { try pin(of: uri, tool) } }
  }

  /// The PIN of a token: what the URI itself says comes first.
  private func pin(of uri: PKCS11URI, _ tool: Tool) throws -> SecretBytes {
    guard let source = uri.pinSource else { return try passphrase("PIN", of: uri.description, tool) }
    guard let path = Path(source) else { throw Malformed("its pin-source names no file") }
    return try Self.firstLine(of: path, "a PIN", tool)
  }
}

extension PKCS11URI {
  /// Throws `Failure` 66 where the library that it names isn't there: whoever would load it says so in words of its own.
  /// A bare name is looked for where libraries are.
  fileprivate func checkModule() throws(Failure) {
    guard let modulePath, modulePath.bytes.contains(UInt8(ascii: "/")), let path = Path(modulePath) else { return }
    try Files.check(path)
  }
}
