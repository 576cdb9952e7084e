import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct UpdateVerb: AccountVerb {
  static let configuration = CommandConfiguration.verb(
    "update", of: "acme-register", abstract: "Change the account's contact, or agree to new terms.")
  static let outputKind = OutputKind.document

  private static let attempts = 3
  private static let doubt = "nobody knows yet whether the CA has heard of it: run the same again, which does no harm"

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
    let updated = try update(account, with: changes, by: client)
    tool.messages.step("changed \(changes.members.map(\.name).joined(separator: " and ")) of the account")
    if changes["contact"] != nil, let kept = updated.account.contact(insteadOf: wishes.contact) {
      tool.messages.warning("the CA took the update, but the account's contact is \(kept)")
    }
    try updated.refuseUnlessValid()
    return updated.product
  }

  /// Sends `changes` until an answer, or the look-up after one that is none, shows that the CA has made them.
  private func update(
    _ account: AccountDocument, with changes: JSONObject, by client: Client
  ) throws -> AccountDocument {
    var isInDoubt = false
    do {
      var attempts = 0
      while true {
        attempts += 1
        do { return account.with(try client.update(changes)) } catch let lost as LostAnswer {
          isInDoubt = true
          let known = try client.lookUpAccount().document()
          if shows(known.account, changed: changes, since: account.account) { return known }
          guard attempts < Self.attempts else { throw lost.failure }
          try lost.wait(within: client.budget)
        }
      }
    } catch var failure as Failure where isInDoubt && failure.problem?.type.isACME != true {
      failure.hint = Self.doubt
      throw failure
    }
  }

  /// Whether `account` can only be so since `changes` were made. That new terms are agreed to it never shows.
  private func shows(_ account: Account, changed changes: JSONObject, since before: Account) -> Bool {
    let wanted = Set(wishes.contact)
    return changes.members.map(\.name) == ["contact"] && Set(account.contact) == wanted
      && Set(before.contact) != wanted
  }
}
