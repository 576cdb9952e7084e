package import ACMEClient
package import ACMECore
package import ACMETool

/// An order in progress: who goes on with it, and its document as it stands. All may read the document; it changes
/// here alone, by what the CA says and what the step makes of it. A failure takes along what was last.
package final class OrderRun {
  package let client: Client
  package let tool: Tool
  package private(set) var document: OrderDocument { didSet { tool.order = document } }
  /// What shows the proofs to the CA, where this run has put them in place.
  package var servers: [Identifier: ProofServer] = [:]

  /// - Parameter document: its nonce is left out: that is the client's.
  package init(_ document: OrderDocument, by client: Client, _ tool: Tool) {
    self.client = client
    self.tool = tool
    self.document = document.withoutNonce
    tool.order = self.document
  }

  /// Takes the order as the CA has sent it last. Throws `Failure` 76 where it is another order all of a sudden; the
  /// document is then as it was, here and below.
  package func take(_ order: Order) throws(Failure) {
    let before = document.order.status
    try document.update(order)
    guard document.order.status != before else { return }
    if before == .pending, document.order.status == .ready {
      // So they are all valid (RFC 8555 §7.1.6), and nobody asks for each of them any more.
      for authorization in document.awaited { tool.messages.step("\(authorization.identifier): validated") }
    }
    if let news = document.news { tool.messages.step(news) }
  }

  /// Takes an authorization as the CA has sent it last.
  package func take(_ authorization: Authorization) throws(Failure) {
    let before = document.authorizations.first { $0.url == authorization.url }?.status
    try document.update(authorization)
    if let news = authorization.news(since: before) {
      tool.messages.step("\(authorization.identifier): \(news)")
    }
  }

  /// Takes what the CA's response says of the chosen challenge of the authorization at `url`.
  package func take(_ response: JSONObject, ofChosenAt url: ACMEURL) { document.update(response, ofChosenAt: url) }

  /// Throws `Failure` 77 where the CA could not validate a name.
  ///
  /// - Parameters:
  ///   - givenUp: authorizations that are pending, and that nobody waits for any longer.
  ///   - refusals: why the CA didn't even want to look.
  package func refuseFailedNames(
    givenUp: Set<ACMEURL> = [], refusals: [ACMEURL: Failure] = [:]
  ) throws(Failure) {
    try document.refuseFailedNames(givenUp: givenUp, refusals: refusals, shownBy: servers)
  }

  /// Puts the authorizations in the order in which the CA named them.
  package func sortAuthorizations() { document.sortAuthorizations() }

  /// Takes what the step has worked out: what is chosen, and where it is to be put.
  package func revise(_ revision: (OrderDocument) throws -> OrderDocument) rethrows {
    document = try revision(document)
  }

  package func product(for destination: some Destination) throws -> Product {
    try document.product(nonce: client.unusedNonce, for: destination)
  }
}

extension OrderDocument {
  /// The document as a step's product. The nonce goes along only where the reader is another tool right now: out of a
  /// file it would come too late.
  package func product(nonce: Nonce?, for destination: some Destination) throws -> Product {
    var document = self
    document.replayNonce = destination.isPipe ? nonce : nil
    let names = order.identifiers.list.shown()
    return .document(try document.object, "the order \(url) for \(names): \(order.status)")
  }

  /// What has come of the order; nil where a failure says it.
  fileprivate var news: String? {
    switch order.status {
    case .ready: "the order \(url) is ready"
    case .processing: "the CA is issuing the certificate"
    case .valid: "the certificate is issued" + (order.certificate.map { ": \($0)" } ?? "")
    default: nil
    }
  }

  fileprivate var withoutNonce: OrderDocument {
    var document = self
    document.replayNonce = nil
    return document
  }
}

extension Authorization {
  /// What has come of it since its status was `before`; nil where that is nothing, or a failure says it.
  fileprivate func news(since before: Status?) -> String? {
    guard status != before else { return nil }
    return switch status {
    case .valid: before == nil ? "validated already, in an earlier order" : "validated"
    case .deactivated: "authorization given up"
    default: nil
    }
  }
}

extension Tool {
  /// The order document that `input` is. A failure takes it along, without its nonce: by then that is used up.
  package func readOrder(_ input: [UInt8]) throws -> OrderDocument {
    let document = try OrderDocument(document(.order, in: input))
    order = document.withoutNonce
    return document
  }
}
