import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct ShowVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "show", of: "acme-challenge", abstract: "Say what is to be published, a line each.")
  static let outputKind = OutputKind.text

  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { Input(.order) }

  func needs(_ tool: Tool) -> [Need] { [] }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let document = try tool.readOrder(input)
    try document.refuseIncomplete()
    tool.explainProofs(of: document)
    let lines = document.authorizations.filter { $0.status == .pending }.flatMap { authorization in
      let challenges = authorization.chosen.map { [$0] } ?? authorization.challenges
      return challenges.compactMap { document.publication($0, of: authorization)?.line }
    }
    let count = lines.count == 1 ? "1 line" : "\(lines.count) lines"
    return .text(lines.map { $0 + "\n" }.joined(), "what is to be published, \(count)")
  }
}
