import ACMEClient
import ACMECore
import ACMETool

extension Client {
  /// Fetches the authorizations of the order that are not in the document yet, or may have changed.
  func fetchAuthorizations(_ document: inout OrderDocument, _ tool: Tool) throws {
    // An empty array is legal (RFC 9115), but then there is nothing to wait for.
    guard document.order.status != .pending || !document.order.authorizations.isEmpty else {
      throw Failure(.protocolBroken, "the order \(document.url) is pending, and has no authorization to be proved")
    }
    var fetched = document
    defer {
      document = fetched
      tool.messages.progress(nil)
    }
    let urls = document.order.authorizations
    var count = 0
    try authorizations(at: urls) { authorization in
      try fetched.update(authorization)
      tool.order = fetched
      count += 1
      tool.messages.progress("fetching authorizations: \(count) of \(urls.count)")
    }
    fetched.sortAuthorizations()
    tool.order = fetched
  }

  /// The order as it is now, and its authorizations while it is pending.
  func refreshAll(_ document: inout OrderDocument, _ tool: Tool) throws {
    try refresh(&document)
    tool.order = document
    try refuseDead(&document)
    if document.order.status == .pending { try fetchAuthorizations(&document, tool) }
  }

  /// Fetches the authorizations whose challenge was answered before, to see whether it may be answered again, and
  /// throws where that is too late.
  func refreshAnswered(_ document: inout OrderDocument, _ tool: Tool) throws {
    var fetched = document
    defer { document = fetched }
    let answered = document.authorizations.filter { authorization in
      guard authorization.status == .pending, let chosen = authorization.chosen else { return false }
      return chosen.status != .pending || chosen.error != nil
    }
    try authorizations(at: answered.map(\.url)) { authorization in
      try fetched.update(authorization)
      tool.order = fetched
    }
    try fetched.refuseFailedNames()
  }
}
