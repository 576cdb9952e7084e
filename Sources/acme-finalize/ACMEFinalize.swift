import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Sends the certificate request of a ready order, and waits until the certificate is issued.
@main
struct ACMEFinalize: OrderStep {
  static let configuration = CommandConfiguration(
    commandName: "acme-finalize",
    abstract: "Have the certificate of a ready order issued.",
    version: suiteVersion)
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions

  @OptionGroup var pin: PinOption
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  var input: Input? { Input(.order) }

  func needs(_ tool: Tool) -> [Need] { order.needs(tool) + pin.needs }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let document = try tool.readOrder(input)
    try pin.check(document)
    let run = try order.goOn(with: document, tool)
    try run.finalize(for: output)
    return try run.product(for: output)
  }
}
