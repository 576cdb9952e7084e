package import ACMECore
package import ArgumentParser

package struct PassphraseOptions: ParsableArguments {
  @Option(file: "The passphrase of an encrypted key, or a token's PIN, is the first line of FILE.")
  package var passphraseFile: Path?

  package init() {}

  package func needs(_ tool: Tool) -> [Need] { .file(passphraseFile ?? tool.path(from: "ACME_PASSPHRASE_FILE")) }

  /// Asks for it when, and only when, it is needed.
  func passphrase(_ word: String = "passphrase", of key: String, _ tool: Tool) throws -> SecretBytes {
    guard let file = passphraseFile ?? tool.path(from: "ACME_PASSPHRASE_FILE") else {
      return try Terminal.askPassphrase("\(word) of \(key): ")
    }
    return try Self.firstLine(of: file, "a \(word)", tool)
  }

  static func firstLine(of file: Path, _ need: String, _ tool: Tool) throws -> SecretBytes {
    if let line = tool.firstLines[file] { return SecretBytes(line) }
    let isLasting = file.isLasting
    let line = try Files.readSecret(file).prefix { $0 != 0x0A && $0 != 0x0D }
    guard !line.isEmpty else { throw Failure(.input, "\(file) begins with an empty line, not with \(need)") }
    if !isLasting { tool.firstLines[file] = SecretBytes(line) }
    return SecretBytes(line)
  }

  /// The same for a key that is to be encrypted: a person types it twice.
  package func newPassphrase(_ tool: Tool) throws -> SecretBytes {
    guard passphraseFile == nil, tool.path(from: "ACME_PASSPHRASE_FILE") == nil else {
      return try passphrase(of: "the new key", tool)
    }
    let first = try Terminal.askPassphrase("passphrase of the new key: ")
    guard !first.isEmpty else { throw Failure(.input, "the passphrase is empty") }
    guard try Terminal.askPassphrase("the same again: ").elementsEqual(first) else {
      throw Failure(.input, "the two passphrases differ")
    }
    return first
  }

  /// - Parameters:
  ///   - pem: nothing is left of it.
  ///   - name: how a person is asked for it, where that is less than the whole `source`.
  package func key(
    pem: SecretBytes, from source: String, named name: String? = nil, _ tool: Tool
  ) throws -> PrivateKey {
    defer { pem.wipe() }
    return try reading(source) { try PrivateKey(pem: pem) { try passphrase(of: name ?? source, tool) } }
  }
}
