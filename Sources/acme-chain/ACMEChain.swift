import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Fetches the chain of a finished order, and writes it only if it is what was asked for.
@main
struct ACMEChain: OrderStep {
  static let configuration = CommandConfiguration(
    commandName: "acme-chain",
    abstract: "Fetch the certificate chain of a finished order, and verify it.",
    version: suiteVersion)
  static let outputKind = OutputKind.text

  @OptionGroup var order: OrderOptions
  @OptionGroup var pin: PinOption
  @OptionGroup var form: FormOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  var input: Input? { Input("an order document or a PEM chain") }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    if form.format == .der { try output.refuseTerminal() }
    let chain = input.looksLikeJSON ? try fetch(for: input, tool) : try verify(input, tool)
    tool.explain(.chain(chain, isRequestKnown: input.looksLikeJSON || pin.csr != nil, file: output.file))
    return try form.product(of: chain, chain.leaf.inWords)
  }

  private func fetch(for input: [UInt8], _ tool: Tool) throws -> CertificateChain {
    let document = try tool.readOrder(input)
    try pin.check(document)
    guard document.order.status == .valid, let url = document.order.certificate else {
      throw Failure(
        .input, "the order \(document.url) is \(document.order.status) and has no certificate yet",
        hint: "acme-finalize")
    }
    let run = try order.goOn(with: document, tool)
    let (pem, clocks) = try run.client.certificate(at: url)
    tool.messages.step("fetched the chain \(url)")
    return try reading("the certificate \(url)", status: .protocolBroken) {
      try verified(pem, for: document.csr, at: clocks, tool)
    }
  }

  private func verify(_ pem: [UInt8], _ tool: Tool) throws -> CertificateChain {
    let request = try pin.request
    return try reading("stdin") {
      try verified(pem, for: request, at: Clocks(ours: Signals.clock.wall(), theirs: nil), tool)
    }
  }

  private func verified(
    _ pem: [UInt8], for request: CertificateRequest?, at clocks: Clocks, _ tool: Tool
  ) throws -> CertificateChain {
    let chain = form.verified(try CertificateChain(pem: pem))
    if let request { try chain.verifyLeaf(isFor: request) }
    do { try chain.verifyPath() } catch {
      guard chain.certificates.count > 1, (try? chain.leafAlone.verifyPath()) != nil else { throw error }
      throw Malformed(error.reason, hint: "--part leaf writes the leaf, whoever vouches for it")
    }
    tool.messages.step(chain.whatIsVerified(isRequestKnown: request != nil))
    for doubt in try chain.doubts(at: clocks) { tool.messages.warning(doubt) }
    return chain
  }
}

extension CertificateChain {
  fileprivate func whatIsVerified(isRequestKnown: Bool) -> String {
    let leaf = isRequestKnown ? ["the first has the request's key and names"] : []
    let path = certificates.count > 1 ? ["each is signed by the next"] : []
    let count = certificates.count == 1 ? "1 certificate" : "\(certificates.count) certificates"
    return "verified \(count): " + (leaf + path + ["no private key among them"]).joined(separator: ", ")
  }
}

extension Certificate {
  /// For which names it is, by whom issued, until when. What it is called where its names are none that a CA of ours
  /// could prove: that is no fault of a certificate.
  fileprivate var inWords: String {
    get throws {
      let names = ((try? identifiers.list) ?? subject).shown(limit: 2000)
      return "\(names), issued by \(issuer.shown(limit: 300)), valid until \(try validity.to)"
    }
  }
}
