import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct CheckVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "check", of: "acme-challenge", abstract: "Try whether the CA could validate the names. Needs no key.")
  static let outputKind = OutputKind.text

  @OptionGroup var solving: SolverOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var wait: WaitOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var account: AccountOptions
  @OptionGroup var ca: CAOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func needs(_ tool: Tool) -> [Need] { solving.needs + account.needs(tool) + ca.needs(tool) }

  func programs(_ tool: Tool) -> Programs? { solving.programs() }

  var input: Input? { Input("a certificate request") }

  func validate() throws { try solving.refuseTypeWithoutHook() }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let request = try tool.request(in: input)
    let solvers = solving.solvers
    guard !solvers.isEmpty else {
      throw Failure(.usage, "it isn't said where the probes go", hint: Solvers.hint(for: request.identifiers))
    }
    try solvers.prepare(for: request.identifiers, tool)
    let check = try Check(self, tool)
    let results = try check.results(for: request.identifiers, by: solvers)
    let lines = request.identifiers.map { (results[$0] ?? CheckResult()).line($0) + "\n" }
    let failure = verdict(on: results)
    if let failure { tool.messages.error(failure) }
    return .text(
      lines.joined(), "how the CA would find \(request.identifiers.list.shown())", failure?.status ?? .done)
  }

  /// nil where the CA would take all names.
  private func verdict(on results: [Identifier: CheckResult]) -> Failure? {
    func count(_ verdict: CheckResult.Verdict) -> Int { results.values.filter { $0.verdict == verdict }.count }
    let (wrong, unclear) = (count(.wrong), count(.unclear))
    if wrong > 0 { return Failure(.refused, "the CA would refuse \(wrong) of \(results.count) names") }
    if unclear > 0 { return Failure(.notNow, "\(unclear) of \(results.count) names couldn't be looked at from here") }
    return nil
  }
}
