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

  func wayBack(_ tool: Tool) -> String? {
    "acme-register show -k \(newKey) writes the document of the account, which has the new key"
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let known = try holder.account.load(tool)
    let directory = try holder.ca.directory(of: known?.ca.directory, tool)
    let new = try holder.key.passphrase.key(
      pem: Files.read(newKey), from: newKey.description, named: newKey.octets.description, tool
    ).signer
    // An earlier run may have written the new document already.
    let isWritten = known?.jwk == new.jwk
    let old =
      try known.flatMap { isWritten ? nil : try holder.key.signer(of: $0, tool) } ?? holder.key.load(tool).signer
    guard new.jwk != old.jwk else {
      throw Failure(
        .input, "the new key, in \(newKey), is the one that is to be replaced", hint: "acme-key makes another")
    }
    // From the moment that the CA hears of it, one of the two keys is needed, and nobody here knows which.
    try Files.settle(newKey)
    let client = try holder.ca.client(for: directory, known: known?.ca, signer: old, tool)
    return try Rollover(new: new, url: known?.url, client: client, tool: tool).perform().product
  }
}
