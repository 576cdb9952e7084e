import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct CancelVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "cancel", of: "acme-challenge", abstract: "Give up the authorizations that are pending or valid.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: OrderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func goOn(with run: OrderRun) throws {
    try run.fetchAuthorizations()
    for authorization in run.document.authorizations where [.pending, .valid].contains(authorization.status) {
      try run.take(run.client.deactivate(authorization: authorization.url))
    }
    try run.take(run.client.order(at: run.document.url, isGivenUp: true))
  }
}
