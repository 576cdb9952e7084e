internal import ACMECore
package import ACMETool

extension HolderOptions {
  /// The options of this run, each begun with a blank, for a line that is pasted into the same shell: all but files that
  /// can't be read twice.
  package var said: String { said(with: key.said, at: ca.directory?.text) }

  /// The line that writes the document of an account anew.
  ///
  /// - Parameters:
  ///   - product: the document that isn't written, which says the CA.
  ///   - newKey: the key of the account, where that isn't the options' any more.
  package func showLine(insteadOf product: Product, key newKey: Path? = nil) -> String {
    let directory: String? = if case .document(let object, _) = product { object["directory"]?.string } else { nil }
    return "acme-register show" + said(with: newKey.map { "-k \(Shell.quoted($0))" } ?? key.said, at: directory)
  }

  private func said(with key: String?, at directory: String?) -> String {
    let words = [
      key, Shell.option("-a", account.account), directory.map { "--directory \(Shell.quoted($0))" },
      Shell.option("--ca-bundle", ca.caBundle), Shell.option("--passphrase-file", self.key.passphrase.passphraseFile),
    ]
    return words.compactMap { $0 }.map { " \($0)" }.joined()
  }
}
