import ACMEClient
import ACMECore
import ACMETool

/// A verb that talks to the CA about an order that is there.
protocol OnlineVerb: Step {
  var order: OrderOptions { get }
}

extension OnlineVerb {
  func wayBack(_ tool: Tool) -> String? { tool.order?.wayBack }

  /// Reads the order, goes on with it, and gives it back.
  ///
  /// - Parameter prepare: what can be said without the CA.
  func goOn(
    _ tool: Tool, _ step: (Client, inout OrderDocument) throws -> Void,
    prepare: (inout OrderDocument) throws -> Void = { _ in }
  ) throws -> Product {
    var document = try tool.readOrder()
    try prepare(&document)
    let client = try Client(order.authorize(document, tool), &document)
    try step(client, &document)
    document.replayNonce = output.isPipe ? client.unusedNonce : nil
    return .document(try document.object)
  }
}
