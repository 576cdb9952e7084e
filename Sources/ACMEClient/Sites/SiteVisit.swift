package import ACMECore

/// One look at one address of a web site.
package struct SiteVisit: Hashable, Sendable {
  package let url: SiteURL
  package let address: IPAddress

  package init(_ url: SiteURL, at address: IPAddress) {
    self.url = url
    self.address = address
  }
}

/// What came of it.
package enum SiteOutcome {
  case answer(HTTPResponse)
  /// What the server does in place of answering.
  case silence(String)
  /// This machine has no way to such an address.
  case noRoute
  /// There was no time to look, or too little to say anything of the server.
  case late
}
