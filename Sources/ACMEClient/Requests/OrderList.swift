package import ACMECore

/// The orders of an account, RFC 8555 §7.1.2.1.
extension Client {
  private static let maxPages = 1000
  private static let maxOrders = 100_000

  /// All that the CA lists, page after page, each once.
  ///
  /// Throws `Failure` 76 for a list that leads back to a page that was read, or has no end.
  ///
  /// - Parameters:
  ///   - url: what the account's `orders` says.
  ///   - each: is told how many there are after each page.
  package func orders(at url: ACMEURL, each: (Int) -> Void) throws -> [ACMEURL] {
    var orders: [ACMEURL] = []
    var known: Set<ACMEURL> = []
    var read: Set<ACMEURL> = []
    var next: ACMEURL? = url
    while let page = next {
      guard read.insert(page).inserted else {
        throw Failure(.protocolBroken, "the list of orders leads back to \(page), which was read already")
      }
      let response = try perform(SignedRequest(fetching: .orders, at: allowed(page, "the list of orders")))
      let listed = try reading("the list of orders \(page)", status: .protocolBroken) {
        try Self.orders(in: JSON(parsing: response.body))
      }
      for order in listed where known.insert(order).inserted {
        orders.append(try allowed(order, "the list of orders \(page)"))
      }
      guard read.count < Self.maxPages, orders.count <= Self.maxOrders else {
        throw Failure(
          .protocolBroken, "the list of orders has more than \(Self.maxPages) pages, or \(Self.maxOrders) orders")
      }
      each(orders.count)
      next = try response.links("next").first.map { text in
        try reading("what follows the list of orders \(page)", status: .protocolBroken) {
          try ACMEURL(text, from: page)
        }
      }
    }
    return orders
  }

  /// An object, as the RFC has it, or the array alone, as step-ca and Caddy have it.
  private static func orders(in list: JSON) throws -> [ACMEURL] {
    guard let elements = try list.array ?? list.object?.array("orders") else {
      throw Malformed("\"orders\" is missing")
    }
    return try elements.map { element in
      guard let text = element.string else { throw Malformed("\"orders\" holds what is no URL") }
      return try ACMEURL(text)
    }
  }
}
