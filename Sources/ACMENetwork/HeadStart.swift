internal import ACMEClient
internal import ACMECore
package import ACMETool

/// What a step that acts for an account makes ready while stdin is awaited.
final class HeadStart {
  let account: AccountDocument
  let key: (place: KeyPlace, key: PrivateKey)?
  let transport: CurlTransport

  /// Reads the account and its key, and begins to open a connection to its CA.
  ///
  /// nil where there is no account, or where something would go wrong: that is said when its turn comes.
  fileprivate init?(_ options: HolderOptions, _ tool: Tool, untilReadable stdin: Int32) {
    guard !options.ca.witnessing.isReplaying(tool), options.ca.isBundleLasting(tool),
      let account = options.account.loadAhead(tool), (try? options.ca.directory(of: account.ca.directory, tool)) != nil,
      let url = try? account.ca.endpoints.url(of: .newNonce), let transport = try? options.ca.connection(tool)
    else { return nil }
    self.account = account
    self.transport = transport
    transport.beginOpening(to: url)
    key = options.key.loadAhead(tool)
    transport.goOnOpening(untilReadable: stdin)
  }
}

extension HolderOptions {
  /// Makes ready what a step needs that acts for the account, as far as no person is asked and nothing is run for it.
  package func prepare(_ tool: Tool, untilReadable stdin: Int32) {
    tool.headStart = HeadStart(self, tool, untilReadable: stdin)
  }
}

extension Tool {
  var early: HeadStart? { headStart as? HeadStart }
}
