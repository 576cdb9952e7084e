import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Fetches the chain of a finished order, or takes one that is there, and writes it only if it is what was asked for.
@main
struct ACMEChain: OrderStep {
  static let configuration = CommandConfiguration(
    commandName: "acme-chain",
    abstract: "Fetch the certificate chain of a finished order, and verify it.",
    version: suiteVersion)
  static let outputKind = OutputKind.text

  @OptionGroup var order: HolderOptions
  @OptionGroup var pin: PinOption
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var completion: CompletionOption
  @OptionGroup var form: FormOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func validate() throws {
    guard !choice.list || !form.isGiven else {
      throw ValidationError("--list writes whole chains as JSON: neither --part nor --format goes with it")
    }
    guard !completion.complete || !isLeafEnough else {
      throw ValidationError("--complete looks for issuers, and --part leaf writes none")
    }
  }

  var input: Input? { Input("an order document or a PEM chain") }

  func needs(_ tool: Tool) -> [Need] { order.needs(tool) + pin.needs + .file(choice.trust) }

  /// What is asked for here is done without the CA, most often.
  func prepare(_ tool: Tool, untilReadable stdin: Int32) {
    if !form.isGiven, choice.trust == nil { order.prepare(tool, untilReadable: stdin) }
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    if form.format == .der { try output.refuseTerminal() }
    let isOrder = input.looksLikeJSON
    let roots = try choice.roots()
    let chains = isOrder ? try fetch(for: input, roots, tool) : try verify(input, roots, tool)
    guard !choice.list else {
      return .text(JSON.array(try chains.map { try $0.listed }).text + "\n", "\(chains.count) chains of the CA's")
    }
    let chosen = isLeafEnough ? chains[0] : try choice.choice(of: chains, roots, isComplete: completion.complete, tool)
    let isRequestKnown = isOrder || pin.csr != nil
    tool.messages.step(chosen.inWords(isRequestKnown: isRequestKnown))
    for doubt in chosen.doubts { tool.messages.warning(doubt) }
    tool.explain(.chain(chosen.chain, isRequestKnown: isRequestKnown, file: output.file))
    return try form.product(of: chosen.chain, chosen.chain.leaf.inWords)
  }

  /// Who vouches for the leaf, nobody asks then.
  private var isLeafEnough: Bool { form.part == .leaf && choice.trust == nil }
}

// MARK: From the CA

extension ACMEChain {
  private func fetch(for input: [UInt8], _ roots: TrustedRoots?, _ tool: Tool) throws -> [VerifiedChain] {
    let document = try tool.readOrder(input)
    try pin.check(document)
    guard document.order.status == .valid, let url = document.order.certificate else {
      throw Failure(
        .input, "the order \(document.url) is \(document.order.status) and has no certificate yet",
        hint: "acme-finalize")
    }
    let client = try order.goOn(with: document, tool).client
    let sent = try client.certificate(at: url)
    tool.messages.step("fetched the chain \(url)")
    let main = try verified(sent, for: document.csr, roots, by: client, tool)
    guard choice.asksForOthers, !isLeafEnough else { return [main] }
    var chains = [main]
    for (url, alternate) in try client.alternates(of: sent) {
      do {
        chains.append(try verified(alternate.get(), for: document.csr, roots, by: client, tool))
        tool.messages.step("fetched another chain \(url.shown(limit: 300))")
      } catch let interrupted as Interrupted {
        throw interrupted
      } catch {
        let failure = Failure(error, in: "the certificate \(url.shown(limit: 300))", status: .protocolBroken)
        tool.messages.warning("a chain that the CA offers is passed over: \(failure.message)")
      }
    }
    return chains
  }

  private func verified(
    _ sent: SentChain, for request: CertificateRequest, _ roots: TrustedRoots?, by client: Client, _ tool: Tool
  ) throws -> VerifiedChain {
    let what = "the certificate \(sent.url)"
    var chain = try reading(what, status: .protocolBroken) { try CertificateChain(pem: sent.pem) }
    if isLeafEnough { chain = chain.leafAlone }
    let verified = try reading(what, status: .protocolBroken) {
      try VerifiedChain(chain, for: request, at: sent.clocks, from: sent.url)
    }
    guard completion.complete else { return verified }
    let pile = try completion.completed(CertificatePile(chain), from: chain.leaf, roots, by: client, tool)
    return try reading(what, status: .protocolBroken) {
      try VerifiedChain(pile.chains(from: chain.leaf)[0], for: request, at: sent.clocks, from: sent.url)
    }
  }
}

// MARK: From stdin

extension ACMEChain {
  private func verify(_ pem: [UInt8], _ roots: TrustedRoots?, _ tool: Tool) throws -> [VerifiedChain] {
    guard !choice.list else {
      throw Failure(
        .input, "stdin is a PEM chain, and which chains there are only the CA can tell",
        hint: "give --list the order document that acme-finalize wrote")
    }
    let request = try pin.request
    let clocks = Clocks(ours: Signals.clock.wall(), theirs: nil)
    var pile = try reading("stdin") { try CertificatePile(pem: pem) }
    let leaf = try reading("stdin") { try pile.leaf(for: request) }
    if completion.complete {
      let client = try order.ca.client(for: order.ca.directory(of: nil, tool), signer: nil, tool)
      pile = try completion.completed(pile, from: leaf, roots, by: client, tool)
    }
    let chains = try reading("stdin") { isLeafEnough ? [CertificateChain(leaf: leaf)] : try ways(up: pile, from: leaf) }
    let main = try reading("stdin") { try VerifiedChain(chains[0], for: request, at: clocks) }
    if form.part == .full, !choice.asksForOthers { warn(of: main.chain, in: pile, tool) }
    return [main] + chains.dropFirst().compactMap { try? VerifiedChain($0, for: request, at: clocks) }
  }

  private func ways(up pile: CertificatePile, from leaf: Certificate) throws -> [CertificateChain] {
    do { return try pile.chains(from: leaf) } catch {
      let fetching = completion.complete ? "" : "--complete fetches what is missing; "
      throw Malformed(error.reason, hint: "\(fetching)--part leaf writes the leaf, whoever vouches for it")
    }
  }

  private func warn(of chain: CertificateChain, in pile: CertificatePile, _ tool: Tool) {
    if chain.certificates.count == 1, !chain.leaf.isSelfSigned {
      tool.messages.warning(
        "the leaf is alone: its issuer, \(chain.leaf.issuer.shown(limit: 300)), is missing, and a server has to send "
          + "that, too, unless it is a root (--complete fetches it)")
    }
    let others = pile.certificates(notIn: chain).map(\.subject)
    if !others.isEmpty {
      tool.messages.warning(
        "there are several ways up from the leaf, and left out are \(others.joined(separator: "; ").shown(limit: 500))")
    }
  }
}

extension Certificate {
  /// For which names it is, by whom issued, until when.
  fileprivate var inWords: String {
    get throws {
      "\(namesInWords.shown(limit: 2000)), issued by \(issuer.shown(limit: 300)), valid until \(try validity.to)"
    }
  }
}
