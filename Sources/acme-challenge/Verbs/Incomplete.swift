import ACMECore
import ACMETool

extension OrderDocument {
  /// Throws `Failure` 65 where the order waits for authorizations that the document lacks: what proves them, it can't
  /// say.
  func refuseIncomplete() throws(Failure) {
    let (missing, all) = (missingAuthorizations.count, order.authorizations.count)
    guard order.status == .pending, missing > 0 else { return }
    let what = missing == all ? "holds none of the authorizations" : "lacks \(missing) of the \(all) authorizations"
    throw Failure(.input, "the document \(what) of the order \(url)", hint: wayToTheMissing)
  }
}
