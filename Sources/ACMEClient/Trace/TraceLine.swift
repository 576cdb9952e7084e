package import ACMECore

/// One exchange as a trace keeps it: a JSON object, a line of the file. Nonces, signatures and external account
/// bindings are left out, for a trace is shown to others.
package struct TraceLine {
  package let tool: String
  package let pid: Int
  /// Which exchange it is of that process, from 1.
  package let number: Int
  /// When the answer was there.
  package let time: Timestamp
  package let method: String
  package let url: String
  /// The decoded payload; nil for a request that isn't signed.
  package let payload: JSON?
  package let outcome: Exchange.Outcome
  package let object: JSONObject

  /// Whether it asked for nothing but a nonce.
  var isForNonce: Bool {
    method == HTTPRequest.Method.head.rawValue || object["purpose"]?.string == HTTPRequest.Purpose.nonce.rawValue
  }
}

// MARK: Writing

extension TraceLine {
  private static let shortestNonce = 12
  private static let secretHeaders: Set<String> = ["replay-nonce", "set-cookie"]

  /// What a line begins with, since members are sorted: "error" only where there is no answer.
  package static let beginnings = [#"{"error":"#, #"{"milliseconds":"#]

  package init(_ exchange: Exchange, tool: String, pid: Int) {
    let request = exchange.request
    self.tool = tool
    self.pid = pid
    number = exchange.number
    time = exchange.endedAt
    method = request.method.rawValue
    url = request.url.text
    payload = request.jws.map(Self.payload)
    outcome = exchange.outcome
    var object: JSONObject = [
      "milliseconds": .number(String(Int(exchange.seconds * 1000))), "n": .number(String(exchange.number)),
      "pid": .number(String(pid)), "purpose": .string(request.purpose.rawValue),
      "request": .object(Self.written(request)), "section": .string(request.purpose.section),
      "time": .string(exchange.endedAt.description), "tool": .string(tool),
    ]
    switch exchange.outcome {
    case .success(let response):
      object["response"] = .object(Self.written(response, without: request.jws?.header["nonce"]?.string))
    case .failure(let error):
      object["error"] = .string(error.reason)
      object["errorKind"] = .string(error.kind)
    }
    self.object = object
  }

  /// What the request says, without what binds an external account, and without the signature of a new key.
  package static func payload(of jws: JWS) -> JSON {
    guard var object = try? JSONObject(parsing: jws.content) else {
      return .string(String(decoding: jws.content, as: UTF8.self))
    }
    object["externalAccountBinding"] = nil
    return .object(withoutSignature(object))
  }

  /// A JWS within the JWS, as keyChange has it (RFC 8555 §7.3.5), taken apart like that around it.
  private static func withoutSignature(_ object: JSONObject) -> JSONObject {
    guard object["signature"] != nil else { return object }
    var plain = object
    plain["signature"] = nil
    for member in ["protected", "payload"] {
      let octets = object[member]?.string.flatMap { try? Base64URL.decode($0) } ?? []
      if let decoded = try? JSONObject(parsing: octets) { plain[member] = .object(decoded) }
    }
    return plain
  }

  private static func written(_ request: HTTPRequest) -> JSONObject {
    var object: JSONObject = ["method": .string(request.method.rawValue), "url": .string(request.url.text)]
    if !request.headers.isEmpty { object["headers"] = .object(written(request.headers)) }
    if let jws = request.jws {
      var header = jws.header
      header["nonce"] = nil
      object["protected"] = .object(header)
      object["payload"] = payload(of: jws)
    }
    return object
  }

  /// - Parameter nonce: what a badNonce problem likes to repeat.
  private static func written(_ response: HTTPResponse, without nonce: String?) -> JSONObject {
    var object: JSONObject = [
      "headers": .object(written(response.headers)), "status": .number(String(response.status)),
    ]
    var octets = response.body
    // A shorter word may stand there for another reason.
    if let nonce, nonce.utf8.count >= shortestNonce { octets = octets.masking(Array(nonce.utf8), by: "[the nonce]") }
    if var body = try? JSONObject(parsing: octets) {
      body["externalAccountBinding"] = nil
      object["body"] = .object(body)
    } else if !octets.isEmpty {
      object["body"] = .string(String(decoding: octets, as: UTF8.self))
    }
    return object
  }

  /// A header that comes several times means the same as one with all the values (RFC 9110 §5.3).
  private static func written(_ headers: [(name: String, value: String)]) -> JSONObject {
    let values = Dictionary(grouping: headers.map { ($0.name.lowercased(), $0.value) }, by: \.0)
    return JSONObject(
      values.filter { !secretHeaders.contains($0.key) }.map { name, values in
        (name, .string(values.map(\.1).joined(separator: ", ")))
      })
  }
}

// MARK: Reading

extension TraceLine {
  package init(_ object: JSONObject) throws(Malformed) {
    self.object = object
    tool = try object.requiredString("tool")
    guard let pid = object["pid"]?.integer, let number = object["n"]?.integer else {
      throw Malformed("\"pid\" or \"n\" is missing")
    }
    self.pid = pid
    self.number = number
    time = try Timestamp(object.requiredString("time"))
    let request = try object.requiredObject("request")
    method = try request.requiredString("method")
    url = try request.requiredString("url")
    payload = request["payload"]
    if let response = try object.object("response") {
      outcome = .success(try Self.response(response))
    } else {
      let reason = try object.requiredString("error")
      outcome = .failure(TransportError(kind: try object.string("errorKind") ?? "", reason: reason))
    }
  }

  private static func response(_ object: JSONObject) throws(Malformed) -> HTTPResponse {
    guard let status = object["status"]?.integer else { throw Malformed("\"status\" is missing") }
    let headers = (try object.object("headers") ?? [:]).members.compactMap { member in
      member.value.string.map { (name: member.name, value: $0) }
    }
    let body: [UInt8] =
      switch object["body"] {
      case .object(let body)?: Array(body.text.utf8)
      case .string(let body)?: Array(body.utf8)
      default: []
      }
    return HTTPResponse(status: status, headers: headers, body: body)
  }
}
