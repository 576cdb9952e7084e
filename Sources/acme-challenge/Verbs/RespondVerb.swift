import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct RespondVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "respond", of: "acme-challenge", abstract: "Tell the CA to validate the chosen challenges.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions
  @OptionGroup var choice: TypeOption
  @OptionGroup var wait: WaitOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func validate() throws { try resolver.refuse(unless: wait.dnsWait != nil, "--dns-wait") }

  func prepare(_ document: OrderDocument) throws -> OrderDocument {
    guard document.order.status == .pending else { return document }
    return try document.choosing(choice.type, isRequired: true)
  }

  func goOn(with run: OrderRun) throws {
    guard run.document.order.status == .pending else { return try run.refuseDead() }
    try run.fetchMissingAuthorizations()
    try run.revise { try $0.choosing(choice.type, isRequired: true) }
    try run.refreshAnswered()
    try run.waitForRecords(wait, asking: resolver)
    _ = try run.respond()
  }
}
