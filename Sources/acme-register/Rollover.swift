import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// Gives an account a new key (RFC 8555 §7.3.5), from wherever an earlier run was ended: which of the two keys is the
/// account's, only the CA knows.
struct Rollover {
  private static let attempts = 3
  private static let doubt =
    "nobody knows yet which of the two keys is the account's: keep both, and run the same again, which finds out"

  let new: Signer
  let isOldThere: Bool
  /// The account that is to have it; nil where only its old key is known.
  let url: ACMEURL?
  /// Signs with the old key, where it is there.
  let client: Client
  let tool: Tool

  /// The account with its new key.
  func perform() throws -> AccountDocument {
    tool.messages.step("asking the CA which of the two keys has an account")
    let seen = try client.lookUpAccount(of: new)
    if case .found(let changed) = seen {
      // A key has one account: the one that an earlier run has given it to, or another.
      if let other = try url ?? accountOfOldKey(), other != changed.url {
        throw Failure(
          .refused, "the new key has an account already, \(changed.url), and can't be given to \(other) too",
          hint: "acme-key makes a new one")
      }
      try changed.refuseUnlessValid()
      tool.messages.step("the new key has the account \(changed.url) already")
      return changed
    }
    guard isOldThere else { return try seen.document() }
    let account = try client.lookUpAccount().document()
    try account.refuseUnlessValid()
    let changed = try change(account)
    tool.messages.step("the account \(account.url) has the new key, and the old one is of no more use")
    return changed
  }

  /// Sends keyChange until it is known that the CA has acted on it.
  private func change(_ account: AccountDocument) throws -> AccountDocument {
    var isInDoubt = false
    do {
      var attempts = 0
      while true {
        attempts += 1
        do {
          return account.with(new.jwk, try client.changeKey(to: new))
        } catch let lost as LostAnswer {
          isInDoubt = true
          if let changed = try accountOfNewKey(), changed.url == account.url { return changed }
          guard attempts < Self.attempts else { throw lost.failure }
          try lost.wait(within: client.budget)
        } catch let refusal as Failure where isInDoubt || refusal.isProxys {
          isInDoubt = true
          // The old key may be refused because the CA has acted on the earlier try after all.
          guard let changed = try accountOfNewKey(), changed.url == account.url else { throw refusal }
          return changed
        }
      }
    } catch var failure as Failure where isInDoubt {
      failure.hint = Self.doubt
      throw failure
    }
  }

  /// nil where the CA says that it has none: what a proxy refuses says nothing.
  private func accountOfOldKey() throws -> ACMEURL? {
    switch try client.lookUpAccount() {
    case .found(let account): return account.url
    case .refused(let refusal):
      guard refusal.problem?.type.isACME == true else { throw refusal }
      return nil
    }
  }

  /// nil where it has none.
  private func accountOfNewKey() throws -> AccountDocument? {
    guard case .found(let account) = try client.lookUpAccount(of: new) else { return nil }
    return account
  }
}
