/// The `format` that names and versions each kind of document.
package enum DocumentFormat: String, Sendable {
  case account = "acme-account/1"
  case order = "acme-order/1"
  case renewal = "acme-renewal/1"
  case problem = "acme-problem/1"

  package var title: String {
    switch self {
    case .account: "an account document"
    case .order: "an order document"
    case .renewal: "a renewal document"
    case .problem: "a problem document"
    }
  }

  /// Where such a document comes from, as a hint; nil where nobody would look for one.
  package var maker: String? {
    switch self {
    case .account: "acme-register makes it"
    case .order: "acme-challenge makes it of a certificate request"
    case .renewal, .problem: nil
    }
  }

  /// What kind of document `object` is.
  package init(of object: JSONObject) throws(Malformed) {
    guard let text = try object.string("format") else {
      throw Malformed("not a document of these tools: no \"format\"")
    }
    guard let format = DocumentFormat(rawValue: text) else {
      throw Malformed("a document of format \"\(text.shown(limit: 50))\", which this version doesn't know")
    }
    self = format
  }

  func check(_ object: JSONObject) throws(Malformed) {
    let found = try DocumentFormat(of: object)
    guard found == self else { throw Malformed("\(found.title) where \(title) is needed") }
  }
}
