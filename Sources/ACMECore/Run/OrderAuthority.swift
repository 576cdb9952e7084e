/// Who may go on with an order, and how.
package struct OrderAuthority {
  package let signer: Signer
  package let connection: Connection
  /// The CA as our own account document has it; nil where there is none at hand.
  package let knownCA: CASection?

  package init(signer: Signer, connection: Connection, knownCA: CASection?) {
    self.signer = signer
    self.connection = connection
    self.knownCA = knownCA
  }
}
