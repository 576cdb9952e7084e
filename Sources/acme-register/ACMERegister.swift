import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Makes an account at a CA, or finds the one that the key has already.
@main
struct ACMERegister: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-register",
    abstract: "Make an account at a CA, or find the one that the key has.",
    discussion: "With a verb it does something with the account that the key has.",
    version: suiteVersion,
    subcommands: [
      ShowVerb.self, UpdateVerb.self, RolloverVerb.self, DeactivateVerb.self, OrdersVerb.self, CAAVerb.self,
      PersistVerb.self,
    ])
  static let outputKind = OutputKind.document

  @Option(name: [.customShort("k"), .long], key: "The account's private key, or a pkcs11: URI, instead of stdin.")
  var accountKey: KeyPlace?

  @OptionGroup var signing: NewSignerOptions
  @OptionGroup var passphrase: PassphraseOptions

  @OptionGroup var wishes: AccountWishes
  @OptionGroup var externalAccount: ExternalAccountOptions
  @OptionGroup var ca: CAOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func wayBack(to product: Product, _ tool: Tool) -> String? {
    "run acme-register again as before: the CA gives the account that the key has"
  }

  func validate() throws { try signing.refuse(besideKey: accountKey != nil) }

  func programs(_ tool: Tool) throws -> Programs? { Programs(signer: try signing.command(tool)) }

  var input: Input? {
    accountKey == nil && !signing.isWanted ? Input("a PEM account key", or: "-k FILE") : nil
  }

  func needs(_ tool: Tool) -> [Need] {
    .key(accountKey) + signing.needs + passphrase.needs(tool) + .file(externalAccount.eabKeyFile) + ca.needs(tool)
  }

  func perform(_ input: SecretBytes, _ tool: Tool) throws -> Product {
    let binding = try externalAccount.load(tool)
    let signer = try signing.signer(tool) ?? passphrase.key(at: accountKey, or: input, tool).signer
    let directory = try ca.directory(of: nil, tool)
    let client = try ca.client(for: directory, signer: signer, tool)
    let place = signing.isWanted ? "that --public-key names" : "in \(accountKey?.description ?? "stdin")"
    tool.messages.step("asking the CA \(directory) for the account of the key \(place)")

    let document: AccountDocument
    switch try client.lookUpAccount() {
    case .found(let existing):
      document = existing
      tool.messages.step("the key has an account already: \(existing.url)")
      if !wishes.contact.isEmpty, let kept = document.account.contact(insteadOf: wishes.contact) {
        tool.messages.warning(
          "the account exists already, and its contact stays \(kept); acme-register update changes it")
      }
    case .refused(let refusal): document = try register(with: client, binding, after: refusal, tool)
    }
    try document.refuseUnlessValid()
    return document.product
  }

  private func register(
    with client: Client, _ binding: ExternalAccount?, after refusal: Failure, _ tool: Tool
  ) throws -> AccountDocument {
    let directory = try client.ca().endpoints
    if let terms = directory.termsOfService, !wishes.agreeTos {
      throw Failure(
        .personMustAct, "the CA wants its terms of service agreed to: \(terms.shown(limit: 500))",
        hint: "read them, then give --agree-tos; under make: make ACME_AGREE_TOS=yes")
    }
    guard binding != nil || !directory.externalAccountRequired else {
      throw Failure(
        .personMustAct, "the CA takes only accounts that are bound to one that it knows already",
        hint: "get a key id and a MAC key from it, and give them with --eab-kid and --eab-key-file")
    }
    do {
      let document = try client.newAccount(
        contact: wishes.contact, termsOfServiceAgreed: wishes.agreeTos, externalAccount: binding)
      if let terms = directory.termsOfService { tool.messages.step("agreed to the terms of service: \(terms.shown())") }
      tool.messages.step(
        "made the account \(document.url), "
          + (wishes.contact.isEmpty ? "without a contact" : "contact \(wishes.contact.joined(separator: ", ").shown())")
      )
      return document
    } catch let failure as Failure
      where failure.problem?.type == .unauthorized && refusal.problem?.type == .unauthorized
    {
      throw failure.asOfClosedAccount
    }
  }
}

extension Account {
  /// The contact that the CA keeps, where it isn't `wanted`; nil too where the CA says nothing of contacts: it keeps
  /// none, or doesn't tell.
  func contact(insteadOf wanted: [String]) -> String? {
    contact.isEmpty || Set(contact) == Set(wanted) ? nil : contact.joined(separator: ", ").shown()
  }
}

extension AccountDocument {
  var product: Product { .document(object, "the account \(url) of the CA \(ca.directory)") }
}
