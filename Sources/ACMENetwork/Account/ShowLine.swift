internal import ACMECore
package import ACMETool

extension HolderOptions {
  /// The line that writes the document of an account anew, to be pasted into the shell that this was run from: what the
  /// options said it says again, but for what can't be read twice.
  ///
  /// - Parameters:
  ///   - product: the document that isn't written, which says the CA.
  ///   - newKey: the key of the account, where that isn't the options' any more.
  package func showLine(insteadOf product: Product, key newKey: Path? = nil) -> String {
    let directory: String? = if case .document(let object, _) = product { object["directory"]?.string } else { nil }
    let words = [
      newKey.map { "-k \(Shell.quoted($0))" } ?? key.said,
      Shell.option("-a", account.account),
      directory.map { "--directory \(Shell.quoted($0))" },
      Shell.option("--ca-bundle", ca.caBundle),
      Shell.option("--passphrase-file", key.passphrase.passphraseFile),
    ]
    return (["acme-register show"] + words.compactMap { $0 }).joined(separator: " ")
  }
}
