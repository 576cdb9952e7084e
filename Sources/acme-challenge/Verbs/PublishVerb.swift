import ACMECore
import ACMETool
import ArgumentParser

struct PublishVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "publish", of: "acme-challenge", abstract: "Put in place what the CA will look for. Needs no key.")
  static let outputKind = OutputKind.document

  @OptionGroup var solving: SolverOptions
  @OptionGroup var follow: FollowOption
  @OptionGroup var resolver: ResolverOption
  @OptionGroup var time: TimeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var programs: Programs? { solving.programs }

  func validate() throws {
    try solving.refuseTypeWithoutHook()
    try resolver.refuse(unless: follow.dnsFollow, "--dns-follow")
  }

  func perform(_ tool: Tool) throws -> Product {
    var document = try tool.readOrder()
    let solvers = solving.solvers
    try solvers.refuseToServeNone(of: document)
    try document.choose(by: solvers)
    let budget = try time.budget(tool)
    try follow.follow(&document, asking: resolver, budget)
    tool.explainProofs(of: document)
    Signals.hold()
    let inPlace = InPlace(by: solvers, tool, budget)
    do {
      try inPlace.publish(document)
      if Signals.isPending { throw Interrupted() }
    } catch {
      inPlace.clean(after: false)
      throw error
    }
    Signals.release()
    if !output.isPipe { document.replayNonce = nil }
    return .document(try document.object)
  }
}
