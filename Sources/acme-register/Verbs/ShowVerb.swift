import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct ShowVerb: HolderStep {
  static let configuration = CommandConfiguration.verb(
    "show", of: "acme-register", abstract: "Write the document of the account that the key has.")
  static let outputKind = OutputKind.document

  @OptionGroup var holder: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { nil }

  /// After a rollover there may be a document of the old key: that is no reason to have none of the new one.
  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let account = try holder.lookUp(isPinned: false, tool).account
    try account.refuseUnlessValid()
    return account.product
  }
}
