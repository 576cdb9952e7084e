import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

struct RespondVerb: OnlineVerb {
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
