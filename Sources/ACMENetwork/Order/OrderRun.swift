package import ACMEClient
package import ACMECore
package import ACMETool

/// An order in progress: who goes on with it, and its document as it stands. All may read the document; it changes
/// here alone, by what the CA says and what the step makes of it. A failure takes along what was last.
package final class OrderRun {
  package let client: Client
  package let tool: Tool
  package private(set) var document: OrderDocument { didSet { tool.order = document } }

  /// - Parameter document: its nonce is left out: that is the client's.
  package init(_ document: OrderDocument, by client: Client, _ tool: Tool) {
    self.client = client
    self.tool = tool
    self.document = document.withoutNonce
    tool.order = self.document
  }

  /// Takes the order as the CA has sent it last. Throws `Failure` 76 where it is another order all of a sudden; the
  /// document is then as it was, here and below.
  package func take(_ order: Order) throws(Failure) { try document.update(order) }

  /// Takes an authorization as the CA has sent it last.
  package func take(_ authorization: Authorization) throws(Failure) { try document.update(authorization) }

  /// Takes what the CA's response says of the chosen challenge of the authorization at `url`.
  package func take(_ response: JSONObject, ofChosenAt url: ACMEURL) { document.update(response, ofChosenAt: url) }

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
    return .document(try document.object)
  }

  fileprivate var withoutNonce: OrderDocument {
    var document = self
    document.replayNonce = nil
    return document
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
