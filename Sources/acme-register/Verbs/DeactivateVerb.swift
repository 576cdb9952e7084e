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
  private static let doubt = "nobody knows yet whether the account is closed: run the same again, which finds out"

  @OptionGroup var holder: HolderOptions

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { nil }

  func wayBack(to product: Product, _ tool: Tool) -> String? {
    "the account is closed all the same, and the document before says otherwise"
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    guard yes || Terminal.isThere else {
      throw Failure(
        .usage, "there is no terminal to ask on whether the account is to be closed for good",
        hint: "give --yes to have it closed unasked")
    }
    let (client, known) = try holder.introduction(tool)
    let (account, refusal) = try Self.account(try client.lookUpAccount(), known)
    guard account.account.status != .deactivated else {
      tool.messages.warning("the account \(account.url) is deactivated already")
      return account.product
    }
    try account.refuseUnlessValid()
    if !yes { try ask(about: account, client.budget, tool) }
    let closed = try close(account, isInDoubt: refusal != nil, by: client)
    guard closed.account.status == .deactivated else {
      throw Failure(
        .protocolBroken, "the CA took the deactivation, but the account \(account.url) is \(closed.account.status)")
    }
    if let refusal {
      tool.messages.warning("the account \(account.url) is deactivated already, as the CA has it: \(refusal.message)")
    } else {
      tool.messages.step("deactivated the account \(account.url)")
    }
    return closed.product
  }

  /// The account that is to be closed. Where the CA refuses its key as that of one that is closed (RFC 8555 §7.3.6), the
  /// account by its document, which the CA has to refuse to close, too.
  private static func account(
    _ look: Client.LookUp, _ known: AccountDocument?
  ) throws -> (AccountDocument, Failure?) {
    guard case .refused(var refusal) = look, refusal.problem?.type == .unauthorized else {
      return (try look.document(), nil)
    }
    if let known { return (known, refusal) }
    refusal.status = .personMustAct
    refusal.hint = "an account that is closed already is refused so; given its document, by -a, this finds it out"
    throw refusal
  }

  private func ask(about account: AccountDocument, _ budget: Budget, _ tool: Tool) throws {
    let question =
      "\(tool.name): close the account \(account.url) for good? Nothing can be ordered, renewed or revoked by it any "
      + "more. Type yes: "
    guard try budget.standingStill({ try Terminal.confirms(question) }) else {
      throw Failure(.personMustAct, "the account \(account.url) stays as it is: nobody said yes")
    }
  }

  /// - Parameter isInDoubt: whether it may be closed already.
  private func close(
    _ account: AccountDocument, isInDoubt: Bool, by client: Client
  ) throws -> AccountDocument {
    var isInDoubt = isInDoubt
    do {
      var attempts = 0
      while true {
        attempts += 1
        do {
          return account.with(try client.deactivateAccount())
        } catch let lost as LostAnswer {
          isInDoubt = true
          guard let known = try lookUp(account, by: client) else { throw lost.failure }
          guard known.account.status == .valid else { return known }
          guard attempts < Self.attempts else { throw lost.failure }
          try lost.wait(within: client.budget)
        } catch let refusal as Failure where isInDoubt && refusal.tellsOfNoAccount || refusal.isProxys {
          isInDoubt = true
          // The CA may have acted on the earlier try after all.
          guard let known = try lookUp(account, by: client), known.account.status != .valid else { throw refusal }
          return known
        }
      }
    } catch var failure as Failure where isInDoubt {
      failure.hint = Self.doubt
      throw failure
    }
  }

  /// What the account is, as its key is told; nil where the CA tells nothing of it. It was valid a moment ago.
  private func lookUp(_ account: AccountDocument, by client: Client) throws -> AccountDocument? {
    switch try client.lookUpAccount() {
    case .found(let found): found
    case .refused(let refusal): refusal.tellsOfNoAccount ? account.with(account.account.closed) : nil
    }
  }
}

extension Failure {
  /// RFC 8555 §7.3.6 and §7.3.1: what a CA answers to the key of a closed account. A proxy may refuse anything.
  fileprivate var tellsOfNoAccount: Bool { [.unauthorized, .accountDoesNotExist].contains(problem?.type) }
}
