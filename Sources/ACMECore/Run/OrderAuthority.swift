/// Who may go on with an order, and how.
package struct OrderAuthority {
  package let signer: Signer
  package let connection: Connection
  /// nil where the document's endpoints have to be asked for anew.
  package let believedCA: CASection?

  package init(signer: Signer, connection: Connection, believedCA: CASection?) {
    self.signer = signer
    self.connection = connection
    self.believedCA = believedCA
  }
}
