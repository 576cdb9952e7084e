import ACMECore

/// How a hook is spoken to: in our own way, or in that of another client whose hooks people have.
enum HookStyle: String, CaseIterable {
  case dehydrated
  case certbot
  case uacme
  case legoExec = "lego-exec"

  /// Whether such a hook can know what to do. dehydrated's and certbot's find the place of a record by themselves.
  func canProve(by type: Challenge.Kind) -> Bool {
    switch self {
    case .legoExec: [.dns01, .dnsAccount01].contains(type)
    case .dehydrated, .certbot: type != .dnsAccount01
    case .uacme: true
    }
  }
}

/// One call of a hook.
struct HookCall {
  var arguments: [String]
  var variables: [String: Octets] = [:]
  var input = ""

  /// What a hook is told in variables. Those that the caller happens to have are none of its business.
  static let variableNames = [
    "ACME_TYPE", "ACME_IDENTIFIER", "ACME_TOKEN", "ACME_KEY_AUTHORIZATION", "ACME_HTTP_PATH", "ACME_DNS_NAME",
    "ACME_DNS_VALUE", "CERTBOT_DOMAIN", "CERTBOT_VALIDATION", "CERTBOT_TOKEN", "CERTBOT_ALL_DOMAINS",
    "CERTBOT_REMAINING_CHALLENGES", "CERTBOT_AUTH_OUTPUT",
  ]

  enum Purpose {
    case present
    case cleanup(isSuccess: Bool)
  }

  /// In our own way: a verb, JSON on stdin, and the same in variables.
  init(_ purpose: Purpose, _ proof: Proof) {
    arguments = [Self.verb(purpose)]
    input = Self.document(proof).text + "\n"
    variables = ["ACME_TYPE": Octets(proof.type.rawValue), "ACME_IDENTIFIER": Octets(proof.name)]
    variables["ACME_TOKEN"] = (proof.token?.text).map { Octets($0) }
    variables["ACME_KEY_AUTHORIZATION"] = proof.keyAuthorization.map { Octets($0) }
    if case .http(let token, _, _) = proof.publication {
      variables["ACME_HTTP_PATH"] = Octets("/\(Publication.httpFolder)/\(token.text)")
    }
    variables["ACME_DNS_NAME"] = (proof.record?.place.description).map { Octets($0) }
    variables["ACME_DNS_VALUE"] = (proof.record?.value).map { Octets($0) }
  }

  /// What is known from the time when the hook was called to present.
  struct Presented {
    /// All the names that it was called for, and how many calls were still to come.
    var names: [String] = []
    var left = 0
    /// On stdout.
    var said = Octets("")
  }

  /// In the way of another client, from that client's own documentation.
  init(_ purpose: Purpose, _ proof: Proof, style: HookStyle, _ presented: Presented) {
    let token = proof.token?.text ?? ""
    switch (style, purpose) {
    case (.dehydrated, .present):
      arguments = ["deploy_challenge", proof.name, token, proof.visible]
    case (.dehydrated, .cleanup):
      arguments = ["clean_challenge", proof.name, token, proof.visible]
    case (.uacme, .present): arguments = ["begin", proof.type.rawValue, proof.name, token, proof.visible]
    case (.uacme, .cleanup(let isSuccess)):
      arguments = [isSuccess ? "done" : "failed", proof.type.rawValue, proof.name, token, proof.visible]
    case (.legoExec, _):
      arguments = [Self.verb(purpose)] + (proof.record.map { ["\($0.place).", $0.value] } ?? [])
    case (.certbot, _):
      arguments = []
      variables = [
        "CERTBOT_DOMAIN": Octets(proof.name), "CERTBOT_VALIDATION": Octets(proof.visible),
        "CERTBOT_ALL_DOMAINS": Octets(presented.names.isEmpty ? proof.name : presented.names.joined(separator: ",")),
        "CERTBOT_REMAINING_CHALLENGES": Octets(String(presented.left)),
      ]
      if proof.type == .http01 { variables["CERTBOT_TOKEN"] = Octets(token) }
      if case .cleanup = purpose { variables["CERTBOT_AUTH_OUTPUT"] = presented.said }
    }
  }

  private static func verb(_ purpose: Purpose) -> String {
    if case .present = purpose { "present" } else { "cleanup" }
  }

  private static func document(_ proof: Proof) -> JSONObject {
    var object: JSONObject = ["identifier": .object(proof.identifierObject), "type": .string(proof.type.rawValue)]
    object["keyAuthorization"] = proof.keyAuthorization.map(JSON.string)
    object["token"] = (proof.token?.text).map(JSON.string)
    let member = proof.publication.member
    object[member.name] = .object(member.object)
    return object
  }
}

extension HookCall.Presented {
  init(in circumstances: Circumstances) {
    names = circumstances.series.proofs.map(\.name)
    left = circumstances.series.left
  }
}

extension Proof {
  /// The identifier's value without `*.`.
  fileprivate var name: String { if case .dns(let name, _) = identifier { name.text } else { identifier.value } }

  /// What the CA is going to see: of http-01 the key authorization, of dns-01 and tls-alpn-01 its digest in base64url.
  fileprivate var visible: String {
    let text = keyAuthorization ?? ""
    return type == .http01 ? text : KeyAuthorization(text: text).dnsValue
  }
}
