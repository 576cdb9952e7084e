import ACMECore
import ACMETool
import ArgumentParser

/// Which of several chains is wanted.
struct ChoiceOptions: ParsableArguments {
  @Flag(help: "Write every chain that the CA offers, as JSON.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Prefer the chain whose topmost certificate is by this issuer, or has this subject.", valueName: "name"),
    transform: nonEmpty)
  var prefer: String?

  @Option(file: "Take the first chain that verifies against the roots in FILE (PEM).")
  var trust: Path?

  func validate() throws {
    guard !list || (prefer == nil && trust == nil) else {
      throw ValidationError("--list writes all chains: neither --prefer nor --trust goes with it")
    }
  }

  /// Whether the first chain isn't the answer at once.
  var asksForOthers: Bool { list || prefer != nil || trust != nil }

  /// What is trusted; nil where nobody asks. Reads the file, which may be a pipe.
  func roots() throws -> TrustedRoots? {
    try trust.map { file in try reading(file.description) { try TrustedRoots(pem: Files.read(file)) } }
  }

  /// The one of `chains` that is wanted; at least one is there, the default first.
  ///
  /// - Parameter isComplete: whether issuers that were missing have been fetched.
  ///
  /// Throws `Failure` 77 where none verifies against the roots.
  func choice(
    of chains: [VerifiedChain], _ roots: TrustedRoots?, isComplete: Bool, _ tool: Tool
  ) throws -> VerifiedChain {
    let trusted = try trusted(chains, roots, isComplete: isComplete)
    guard let prefer else { return trusted[0] }
    // What a person calls a chain is the root that it leads to, which is not sent: its topmost issuer.
    if let chain = trusted.first(where: { $0.top.isIssued(by: prefer) })
      ?? trusted.first(where: { $0.top.isCalled(prefer) })
    {
      return chain
    }
    let others = trusted.map(\.top.issuer).joined(separator: "; ")
    tool.messages.warning(
      "no chain ends at \(prefer.shown(limit: 200)): this is the default one (there is: \(others.shown(limit: 500)))")
    return trusted[0]
  }

  private func trusted(
    _ chains: [VerifiedChain], _ roots: TrustedRoots?, isComplete: Bool
  ) throws -> [VerifiedChain] {
    guard let trust, let roots else { return chains }
    var objections: [String] = []
    let trusted = try chains.filter { one in
      // The CA's answer says best at what time it was made.
      let objection = try roots.objection(to: one.chain, at: one.clocks.theirs ?? one.clocks.ours)
      objections += [objection].compactMap { $0 }
      return objection == nil
    }
    guard trusted.isEmpty else { return trusted }
    let what = chains.count == 1 ? "the chain doesn't verify" : "none of the \(chains.count) chains verifies"
    throw Failure(
      .refused, "\(what) against the roots in \(trust): \(objections.joined(separator: "; ").shown(limit: 1000))",
      hint: isComplete ? nil : "where an issuer is missing, --complete fetches it")
  }
}

extension Certificate {
  fileprivate func isIssued(by name: String) -> Bool { Self.isOne(of: issuerCommonNames, issuer, name) }

  fileprivate func isCalled(_ name: String) -> Bool { Self.isOne(of: commonNames, subject, name) }

  /// Whether a name as a person types it is a common name, or the whole as it is shown.
  private static func isOne(of commonNames: [String?], _ whole: String, _ name: String) -> Bool {
    (commonNames + [whole]).contains { $0?.lowercased() == name.lowercased() }
  }
}
