import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct CancelVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "cancel", of: "acme-challenge", abstract: "Give up the authorizations that are pending or valid.")
  static let outputKind = OutputKind.document

  @Argument(help: ArgumentHelp("Give up this name's alone: as in the order, a wildcard with its *.", valueName: "name"))
  var names: [String] = []

  @OptionGroup var order: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func prepare(_ document: OrderDocument) throws -> OrderDocument {
    let identifiers = document.order.identifiers
    for name in try named() where !identifiers.contains(name) {
      throw Failure(.input, "\(name) is none of the names of the order \(document.url): \(identifiers.list.shown())")
    }
    return document
  }

  func goOn(with run: OrderRun) throws {
    let named = try named()
    try run.fetchAuthorizations()
    for authorization in run.document.authorizations
    where [.pending, .valid].contains(authorization.status)
      && (named.isEmpty || named.contains(authorization.identifier))
    {
      try run.take(run.client.deactivate(authorization: authorization.url))
    }
    try run.take(run.client.order(at: run.document.url, isGivenUp: true))
  }

  private func named() throws -> [Identifier] {
    try names.map { name in try reading("NAME") { try Identifier(typed: name) } }
  }
}
