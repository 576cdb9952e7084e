import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct RolloverVerb: HolderStep {
  static let configuration = CommandConfiguration.verb(
    "rollover", of: "acme-register", abstract: "Give the account another key.")
  static let outputKind = OutputKind.document

  @OptionGroup var holder: HolderOptions

  @Option(needed: "The private key that the account is to have from now on.")
  var newKey: Path

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { nil }

  func wayBack(to product: Product, _ tool: Tool) -> String? {
    "\(holder.showLine(insteadOf: product, key: newKey)) writes the document of the account, which has the new key"
  }

  func needs(_ tool: Tool) -> [Need] { holder.needs(tool) + [.file(newKey), .settled(newKey)] }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let known = try holder.account.load(tool)
    let directory = try holder.ca.directory(of: known?.ca.directory, tool)
    // From the moment that the CA hears of it, one of the two keys is needed, and nobody here knows which.
    let new = try holder.key.passphrase.key(
      pem: Files.readSettled(newKey), from: newKey.description, named: newKey.octets.description, tool
    ).signer
    let old = try oldKey(known, new, tool)
    guard new.jwk != old?.jwk else {
      throw Failure(
        .input, "the new key, in \(newKey), is the one that is to be replaced", hint: "acme-key makes another")
    }
    let client = try holder.ca.client(for: directory, known: known?.ca, signer: old, tool)
    return try Rollover(new: new, isOldThere: old != nil, url: known?.url, client: client, tool: tool).perform().product
  }

  /// An earlier run may have written the new document already: then the old key needn't be there any more, and whose
  /// signatures a command makes, nothing says.
  private func oldKey(_ known: AccountDocument?, _ new: Signer, _ tool: Tool) throws -> Signer? {
    guard let known else { return try holder.key.load(tool).signer }
    return known.jwk == new.jwk ? try? holder.key.load(tool).signer : try holder.key.signer(of: known, tool)
  }
}
