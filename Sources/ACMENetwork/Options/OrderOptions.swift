package import ArgumentParser

/// What the steps need that go on with an order at the CA.
package struct OrderOptions: ParsableArguments {
  @OptionGroup package var key: AccountKeyOptions
  @OptionGroup package var account: AccountOptions
  @OptionGroup package var ca: CAOptions

  package init() {}
}
