import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct WaitVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "wait", of: "acme-challenge", abstract: "Wait until the order is ready, or has failed.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func goOn(with run: OrderRun) throws { try run.awaitReady() }
}
