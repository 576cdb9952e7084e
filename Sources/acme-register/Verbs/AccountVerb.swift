import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// A verb about the account that the key has.
protocol AccountVerb: HolderStep {
  func act(for account: AccountDocument, by client: Client, _ tool: Tool) throws -> Product
}

extension AccountVerb {
  var input: Input? { nil }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let (client, account) = try holder.lookUp(tool)
    try account.refuseUnlessValid()
    return try act(for: account, by: client, tool)
  }

  func wayBack(to product: Product, _ tool: Tool) -> String? {
    guard Self.outputKind == .document else { return nil }
    return "\(holder.showLine(insteadOf: product)) writes the document of the account that the key has"
  }
}
