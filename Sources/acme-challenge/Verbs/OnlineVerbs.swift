import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

struct RespondVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "respond", of: "acme-challenge", abstract: "Tell the CA to validate the chosen challenges.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
  @OptionGroup var choice: TypeOption
  @OptionGroup var wait: WaitOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func validate() throws { try resolver.refuse(unless: wait.dnsWait != nil, "--dns-wait") }

  func perform(_ tool: Tool) throws -> Product {
    try goOn(tool) { client, document in
      guard document.order.status == .pending else { return try client.refuseDead(&document) }
      try client.refreshAnswered(&document, tool)
      try wait.waitForRecords(of: document, asking: resolver, with: client, tool)
      try client.respond(&document, tool)
    } prepare: { document in
      guard document.order.status == .pending else { return }
      try document.choose(type: choice.type, isRequired: true)
    }
  }
}

struct WaitVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "wait", of: "acme-challenge", abstract: "Wait until the order is ready, or has failed.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func perform(_ tool: Tool) throws -> Product {
    try goOn(tool) { client, document in try client.awaitReady(&document, tool) }
  }
}

struct CancelVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "cancel", of: "acme-challenge", abstract: "Give up the authorizations that are pending or valid.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func perform(_ tool: Tool) throws -> Product {
    try goOn(tool) { client, document in
      try client.fetchAuthorizations(&document, tool)
      for authorization in document.authorizations where [.pending, .valid].contains(authorization.status) {
        try document.update(client.deactivate(authorization: authorization.url))
        tool.order = document
      }
      try document.update(client.order(at: document.url, isGivenUp: true))
    }
  }
}

/// A verb that talks to the CA about an order that is there.
protocol OnlineVerb: Step {
  var order: OrderOptions { get }
}

extension RespondVerb: OnlineVerb {}
extension WaitVerb: OnlineVerb {}
extension CancelVerb: OnlineVerb {}

extension OnlineVerb {
  func wayBack(_ tool: Tool) -> String? { tool.order?.wayBack }

  /// Reads the order, goes on with it, and gives it back.
  ///
  /// - Parameter prepare: what can be said without the CA.
  fileprivate func goOn(
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
