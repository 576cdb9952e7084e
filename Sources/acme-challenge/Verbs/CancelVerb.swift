import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

struct CancelVerb: OnlineVerb {
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
