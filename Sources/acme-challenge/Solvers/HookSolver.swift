import ACMECore
import ACMETool

/// Any challenge: a program of the user's puts it in place and takes it away.
struct HookSolver: Solver {
  let command: CommandWords
  let type: Challenge.Kind

  func challengeType(for identifier: Identifier) -> Challenge.Kind? { type.canProve(identifier) ? type : nil }

  /// What a program can do shows when it is run.
  func prepare(for identifiers: [Identifier]) {}

  func publish(_ proof: Proof, _ circumstances: Circumstances) throws { try run("present", proof, circumstances) }

  func clean(_ proof: Proof, _ circumstances: Circumstances) throws { try run("cleanup", proof, circumstances) }

  private func run(_ verb: String, _ proof: Proof, _ circumstances: Circumstances) throws {
    let tool = circumstances.tool
    tool.messages.step("\(command.text) \(verb) for \(proof.identifier)")
    let input = Array((Self.document(proof).text + "\n").utf8)
    let hook = ChildProcess(
      CommandWords(command.words + [verb]), input: input,
      environment: tool.environment.merging(Self.variables(proof)) { $1 }, messages: tool.messages)
    do {
      try hook.run(until: circumstances.budget, heedingSignals: circumstances.heedsSignals)
    } catch var failure as Failure {
      failure.message += " (for \(proof.identifier))"
      throw failure
    }
  }

  /// What it reads on stdin.
  private static func document(_ proof: Proof) -> JSONObject {
    var object: JSONObject = [
      "identifier": .object(proof.identifierObject), "keyAuthorization": .string(proof.keyAuthorization),
      "token": .string(proof.token.text), "type": .string(proof.type.rawValue),
    ]
    let member = proof.publication.member
    object[member.name] = .object(member.object)
    return object
  }

  /// The same in variables, for those that have no JSON at hand. All of it is base64url, a DNS name or an address.
  private static func variables(_ proof: Proof) -> [String: String] {
    let identifier =
      if case .dns(let name, _) = proof.identifier { name.text } else { proof.identifier.value }
    var variables = [
      "ACME_TYPE": proof.type.rawValue, "ACME_IDENTIFIER": identifier, "ACME_TOKEN": proof.token.text,
      "ACME_KEY_AUTHORIZATION": proof.keyAuthorization,
    ]
    switch proof.publication {
    case .http(let token, _, _): variables["ACME_HTTP_PATH"] = "/\(Publication.httpFolder)/\(token.text)"
    case .dns(let name, let value):
      variables["ACME_DNS_NAME"] = name
      variables["ACME_DNS_VALUE"] = value
    case .tls: break
    }
    return variables
  }
}
