package import ACMETool
package import ArgumentParser

/// Who holds an account, and at which CA: what all need that sign for it.
package struct HolderOptions: ParsableArguments {
  @OptionGroup package var key: AccountKeyOptions
  @OptionGroup package var account: AccountOptions
  @OptionGroup package var ca: CAOptions

  package init() {}

  package func needs(_ tool: Tool) -> [Need] { key.needs(tool) + account.needs(tool) + ca.needs(tool) }
}
