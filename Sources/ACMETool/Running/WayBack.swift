package import ACMECore

extension OrderDocument {
  /// The line that goes on with the order, or gets its certificate, when the document is lost.
  ///
  /// - Parameter options: those of this run, each begun with a blank.
  package func wayBack(with options: String = "") -> String {
    let start = "acme-challenge order --url \(Shell.quoted(url.text))\(options) <REQUEST"
    let chain = "acme-chain\(options) -o FILE"
    return switch order.status {
    case .valid: "\(start) | \(chain)"
    case .ready, .processing: "\(start) | acme-finalize\(options) | \(chain)"
    default: start
    }
  }

  /// The hint for an order whose authorizations couldn't all be fetched.
  package var wayToTheMissing: String { "this fetches what is missing: \(wayBack())" }
}

extension Failure {
  /// A certificate that is there, or on its way, isn't lost with the document that led to it.
  mutating func tellWayBack(with options: String) {
    guard let order, [.valid, .processing].contains(order.order.status),
      [.unreachable, .cannotCreate, .io, .notNow].contains(status)
    else { return }
    let wayBack = order.wayBack(with: options)
    guard hint != wayBack else { return }
    hint = hint.map { "\($0); then: \(wayBack)" } ?? wayBack
  }
}
