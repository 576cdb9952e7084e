import ACMECore
import ArgumentParser

/// Another client, in whose way a hook is called, since people have hooks for it.
enum HookStyle: String, CaseIterable, ExpressibleByArgument {
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

  /// The call, from that client's own documentation.
  func call(_ purpose: HookCall.Purpose, _ proof: Proof, _ presented: HookCall.Presented) -> HookCall {
    let token = proof.token?.text ?? ""
    switch self {
    case .dehydrated:
      return HookCall([purpose.isCleanup ? "clean_challenge" : "deploy_challenge", proof.name, token, proof.visible])
    case .uacme:
      let verb =
        switch purpose {
        case .present: "begin"
        case .cleanup(let isSuccess): isSuccess ? "done" : "failed"
        }
      return HookCall([verb, proof.type.rawValue, proof.name, token, proof.visible])
    case .legoExec:
      return HookCall([purpose.verb] + (proof.record.map { ["\($0.place).", $0.value] } ?? []))
    case .certbot:
      var call = HookCall()
      call.variables = [
        "CERTBOT_DOMAIN": Octets(proof.name), "CERTBOT_VALIDATION": Octets(proof.visible),
        "CERTBOT_ALL_DOMAINS": Octets(presented.names.isEmpty ? proof.name : presented.names.joined(separator: ",")),
        "CERTBOT_REMAINING_CHALLENGES": Octets(String(presented.left)),
      ]
      if proof.type == .http01 { call.variables["CERTBOT_TOKEN"] = Octets(token) }
      if purpose.isCleanup { call.variables["CERTBOT_AUTH_OUTPUT"] = presented.said }
      return call
    }
  }
}
