import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// Sends the certificate request of a ready order, and waits until the certificate is issued.
@main
struct AcmeFinalize: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-finalize",
    abstract: "Have the certificate of a ready order issued.",
    version: suiteVersion)
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions

  @Option(
    help: ArgumentHelp("Refuse a document with another certificate request than FILE's.", valueName: "file"),
    completion: .file(),
    transform: Path.init(argument:))
  var csr: Path?

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func wayBack(_ tool: Tool) -> String? { tool.order?.wayBack }

  func perform(_ tool: Tool) throws -> Product {
    var document = try tool.readOrder()
    try tool.pin(document, to: csr)
    let client = try Client(order.authorize(document, tool), &document)
    try Finalization(client: client, output: output, tool: tool).run(&document)
    document.replayNonce = output.isPipe ? client.unusedNonce : nil
    return .document(try document.object)
  }
}
