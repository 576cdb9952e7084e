package import ACMECore

/// One whole answer.
package struct HTTPResponse {
  package let status: Int
  /// Names in lower case, in the order in which they came.
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]
  /// When it was here.
  package var receivedAt: Timestamp?

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? {
    headers.first { $0.name == name && !$0.value.isEmpty }?.value.withoutRepetition
  }
}

extension HTTPResponse {
  /// The body as the JSON object that it has to be; `what` names it in the failure.
  func parsed<Result>(_ what: String, _ parse: (JSONObject) throws -> Result) throws -> Result {
    try reading(what, status: .protocolBroken) { try parse(JSONObject(parsing: body)) }
  }

  /// Whether it holds an object with a status, as each of the CA's things that go from one state to another is shown.
  var showsStatus: Bool { (try? JSONObject(parsing: body))?["status"] != nil }

  /// The URL in Location, which only the answers that create something carry: a reference, for whoever asked for `url`
  /// (RFC 9110 §10.2.2).
  func location(_ purpose: HTTPRequest.Purpose, from url: ACMEURL) throws -> ACMEURL {
    guard let text = header("location") else {
      throw Failure(.protocolBroken, "the CA's answer to \(purpose) has no Location")
    }
    return try reading("the Location of \(purpose)", status: .protocolBroken) { try ACMEURL(text, from: url) }
  }
}

extension String {
  /// What a proxy has made one line of that stood in several (RFC 9110 §5.3), where all of them said the same.
  var withoutRepetition: String {
    let parts = split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
    for length in 1...parts.count where length < parts.count && parts.count % length == 0 {
      let isRepeated = parts.indices.allSatisfy { parts[$0] == parts[$0 % length] }
      if isRepeated { return parts[..<length].joined(separator: ", ") }
    }
    return self
  }
}
