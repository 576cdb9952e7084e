import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct DeactivateVerb: HolderStep {
  static let configuration = CommandConfiguration.verb(
    "deactivate", of: "acme-register", abstract: "Close the account for good.")
  static let outputKind = OutputKind.document

  private static let attempts = 3

  @OptionGroup var holder: HolderOptions

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { nil }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    guard yes || Terminal.isThere else {
      throw Failure(
        .usage, "there is no terminal to ask on whether the account is to be closed for good",
        hint: "give --yes to have it closed unasked")
    }
    let (client, account) = try holder.lookUp(tool)
    guard account.account.status != .deactivated else {
      tool.messages.warning("the account \(account.url) is deactivated already")
      return account.product
    }
    try account.refuseUnlessValid()
    if !yes { try ask(about: account, client.budget, tool) }
    let closed = try close(account, by: client)
    guard closed.account.status == .deactivated else {
      throw Failure(
        .protocolBroken, "the CA took the deactivation, but the account \(account.url) is \(closed.account.status)")
    }
    tool.messages.step("deactivated the account \(account.url)")
    return closed.product
  }

  private func ask(about account: AccountDocument, _ budget: Budget, _ tool: Tool) throws {
    let question =
      "\(tool.name): close the account \(account.url) for good? Nothing can be ordered, renewed or revoked by it any "
      + "more. Type yes: "
    guard try budget.standingStill({ try Terminal.confirms(question) }) else {
      throw Failure(.personMustAct, "the account \(account.url) stays as it is: nobody said yes")
    }
  }

  private func close(_ account: AccountDocument, by client: Client) throws -> AccountDocument {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return account.with(try client.deactivateAccount())
      } catch let lost as LostAnswer {
        switch try client.lookUpAccount() {
        case .found(let found) where found.account.status == .valid:
          guard attempts < Self.attempts else { throw lost.failure }
          let pause = max(0, lost.notBefore - client.budget.clock.monotonic())
          try client.budget.wait(pause, for: lost.failure.message, retryAt: lost.failure.retryAt)
        case .found(let found): return found
        // It was valid a moment ago: so a CA answers what the key of a closed account signs (RFC 8555 §7.3.6).
        case .refused: return account.with(account.account.closed)
        }
      }
    }
  }
}
