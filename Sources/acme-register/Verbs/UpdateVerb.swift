import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct UpdateVerb: AccountVerb {
  static let configuration = CommandConfiguration.verb(
    "update", of: "acme-register", abstract: "Change the account's contact, or agree to new terms.")
  static let outputKind = OutputKind.document

  @OptionGroup var holder: HolderOptions
  @OptionGroup var wishes: AccountWishes

  @Flag(help: "Have the CA keep no contact.")
  var noContact = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func validate() throws {
    guard !noContact || wishes.contact.isEmpty else {
      throw ValidationError("--contact and --no-contact contradict each other")
    }
    guard noContact || !wishes.contact.isEmpty || wishes.agreeTos else {
      throw ValidationError("nothing is to be changed: --contact, --no-contact or --agree-tos says what")
    }
  }

  func act(for account: AccountDocument, by client: Client, _ tool: Tool) throws -> Product {
    var changes = JSONObject()
    // A CA that shows no contact may keep one all the same.
    let isSettled = !noContact && Set(account.account.contact) == Set(wishes.contact)
    if noContact || !wishes.contact.isEmpty, !isSettled {
      changes["contact"] = .array(wishes.contact.map { .string($0) })
    }
    if wishes.agreeTos { changes["termsOfServiceAgreed"] = .bool(true) }
    guard !changes.members.isEmpty else {
      tool.messages.step("the CA has this contact already")
      return account.product
    }
    let updated = try client.update(changes).map(account.with) ?? client.lookUpAccount().document()
    tool.messages.step("changed \(changes.members.map(\.name).joined(separator: " and ")) of the account")
    if changes["contact"] != nil, let kept = updated.account.contact(insteadOf: wishes.contact) {
      tool.messages.warning("the CA took the update, but the account's contact is \(kept)")
    }
    try updated.refuseUnlessValid()
    return updated.product
  }
}
