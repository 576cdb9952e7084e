import ACMECore
import ACMENetwork
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

  var input: Input? { Input(.order) }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let read = try tool.readOrder(input)
    let solvers = try solving.serving(read)
    let chosen = try read.choosing(by: solvers)
    let circumstances = Circumstances.publishing(tool, try time.budget(tool))
    let document = try Following(follow, asking: resolver, circumstances.budget)?.following(chosen) ?? chosen
    tool.explainProofs(of: document)
    Signals.hold()
    var published = Published()
    do {
      try published.publish(document, by: solvers, circumstances)
      if Signals.isPending { throw Interrupted() }
    } catch {
      published.clean(tool, after: false)
      throw error
    }
    Signals.release()
    return try document.product(nonce: read.replayNonce, for: output)
  }
}

extension SolverOptions {
  /// The solvers, if they serve any name of the document at all. The names that they don't serve are passed over.
  func serving(_ document: OrderDocument) throws -> Solvers {
    guard !solvers.isEmpty else { throw Failure(.usage, "no solver is given", hint: "--webroot DIR or --hook CMD") }
    let identifiers = document.authorizations.map(\.identifier)
    guard identifiers.isEmpty || identifiers.contains(where: { solvers.solver(for: $0) != nil }) else {
      throw Failure(.usage, "the given solvers serve none of \(identifiers.list.shown())")
    }
    return solvers
  }
}
