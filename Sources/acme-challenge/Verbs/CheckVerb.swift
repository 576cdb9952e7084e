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

  var programs: Programs? { solving.programs }
  var input: Input? { Input("a certificate request") }

  func validate() throws { try solving.refuseTypeWithoutHook() }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let request = try reading("stdin") { try CertificateRequest(input) }
    let solvers = solving.solvers
    guard !solvers.isEmpty else {
      throw Failure(.usage, "it isn't said where the probes go", hint: Solvers.hint(for: request.identifiers))
    }
    try solvers.prepare(for: request.identifiers, tool)
    let check = try Check(self, tool)
    let results = try check.results(for: request.identifiers, by: solvers)
    let lines = request.identifiers.map { (results[$0] ?? CheckResult()).line($0) + "\n" }
    let report = Product.text(lines.joined(), "how the CA would find \(request.identifiers.list.shown())")
    func count(_ verdict: CheckResult.Verdict) -> Int { results.values.filter { $0.verdict == verdict }.count }
    let all = request.identifiers.count
    if count(.wrong) > 0 {
      throw Verdict(report, Failure(.refused, "the CA would refuse \(count(.wrong)) of \(all) names"))
    }
    if count(.unclear) > 0 {
      throw Verdict(
        report, Failure(.notNow, "\(count(.unclear)) of \(all) names couldn't be looked at from here"))
    }
    return report
  }
}
