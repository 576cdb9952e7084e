import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct OrdersVerb: AccountVerb {
  static let configuration = CommandConfiguration.verb(
    "orders", of: "acme-register", abstract: "List the account's orders, a URL a line.")
  static let outputKind = OutputKind.text

  @OptionGroup var holder: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func act(for account: AccountDocument, by client: Client, _ tool: Tool) throws -> Product {
    guard let text = account.account.orders else {
      throw Failure(
        .refused, "the CA \(account.ca.directory) lists no orders: the account \(account.url) has no \"orders\"")
    }
    let list = try reading("the account \(account.url)", status: .protocolBroken) { try ACMEURL(text) }
    defer { tool.messages.progress(nil) }
    let orders = try client.orders(at: list) { tool.messages.progress("reading the list of orders: \($0)") }
    let count = orders.count == 1 ? "1 order" : "\(orders.count) orders"
    return .text(orders.map { "\($0)\n" }.joined(), "\(count) of the account \(account.url)")
  }
}
