package import ACMECore

extension OrderDocument {
  /// The line that goes on with the order, or gets its certificate, when the document is lost.
  package var wayBack: String {
    let start = "acme-challenge order --url \(Shell.quoted(url.text)) <REQUEST"
    return switch order.status {
    case .valid: "\(start) | acme-chain -o FILE"
    case .ready, .processing: "\(start) | acme-finalize | acme-chain -o FILE"
    default: start
    }
  }

  /// The hint for an order whose authorizations couldn't all be fetched.
  package var wayToTheMissing: String { "this fetches what is missing: \(wayBack)" }
}

extension Failure {
  /// A certificate that is there, or on its way, isn't lost with the document that led to it.
  mutating func tellWayBack() {
    guard let order, [.valid, .processing].contains(order.order.status),
      [.unreachable, .cannotCreate, .io, .notNow].contains(status)
    else { return }
    let wayBack = order.wayBack
    guard hint != wayBack else { return }
    hint = hint.map { "\($0); then: \(wayBack)" } ?? wayBack
  }
}
