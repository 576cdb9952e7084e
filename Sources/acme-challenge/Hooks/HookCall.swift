import ACMECore

/// One call of a hook.
struct HookCall {
  /// What a hook is told in variables. Those that the caller happens to have are none of its business.
  static let variableNames = [
    "ACME_TYPE", "ACME_IDENTIFIER", "ACME_TOKEN", "ACME_KEY_AUTHORIZATION", "ACME_HTTP_PATH", "ACME_DNS_NAME",
    "ACME_DNS_VALUE", "CERTBOT_DOMAIN", "CERTBOT_VALIDATION", "CERTBOT_TOKEN", "CERTBOT_ALL_DOMAINS",
    "CERTBOT_REMAINING_CHALLENGES", "CERTBOT_AUTH_OUTPUT",
  ]

  enum Purpose {
    case present
    case cleanup(isSuccess: Bool)

    var isCleanup: Bool { if case .cleanup = self { true } else { false } }
    var verb: String { isCleanup ? "cleanup" : "present" }
  }

  /// What is known from the time when the hook was called to present.
  struct Presented {
    /// All the names that it was called for, and how many calls were still to come.
    var names: [String] = []
    var left = 0
    /// On stdout.
    var said = Octets("")
    /// On stderr, where it failed.
    var complaint: [UInt8] = []
  }

  let arguments: [String]
  var variables: [String: Octets] = [:]
  var input = ""

  init(_ arguments: [String] = []) { self.arguments = arguments }

  /// In our own way: a verb, JSON on stdin, and the same in variables.
  init(_ purpose: Purpose, _ proof: Proof) {
    self.init([purpose.verb])
    input = proof.document.text + "\n"
    variables = ["ACME_TYPE": Octets(proof.type.rawValue), "ACME_IDENTIFIER": Octets(proof.name)]
    variables["ACME_TOKEN"] = (proof.token?.text).map { Octets($0) }
    variables["ACME_KEY_AUTHORIZATION"] = (proof.keyAuthorization?.text).map { Octets($0) }
    if case .http(let token, _, _) = proof.publication {
      variables["ACME_HTTP_PATH"] = Octets(Publication.path(of: token))
    }
    variables["ACME_DNS_NAME"] = (proof.record?.place.description).map { Octets($0) }
    variables["ACME_DNS_VALUE"] = (proof.record?.value).map { Octets($0) }
  }
}

/// What a hook is told of a proof.
extension Proof {
  /// The identifier's value without `*.`.
  var name: String { if case .dns(let name, _) = identifier { name.text } else { identifier.value } }

  /// What the CA is going to see: of http-01 the key authorization, of dns-01 and tls-alpn-01 its digest in base64url.
  var visible: String { (type == .http01 ? keyAuthorization?.text : keyAuthorization?.dnsValue) ?? "" }

  fileprivate var document: JSONObject {
    var object: JSONObject = ["identifier": .object(identifierObject), "type": .string(type.rawValue)]
    object["keyAuthorization"] = (keyAuthorization?.text).map(JSON.string)
    object["token"] = (token?.text).map(JSON.string)
    let member = publication.member
    object[member.name] = .object(member.object)
    return object
  }
}
