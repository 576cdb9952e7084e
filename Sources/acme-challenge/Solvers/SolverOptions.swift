import ACMECore
import ACMETool
import ArgumentParser

/// Which solvers are wanted.
struct SolverOptions: ParsableArguments {
  @OptionGroup var webRoot: WebRootOption
  @OptionGroup var hook: HookOptions
  @OptionGroup var persist: PersistOption
  @OptionGroup var manual: ManualOption
  @OptionGroup var choice: TypeOption

  /// What is done for a hook, is done outside.
  var needs: [Need] { webRoot.webroot.map { .webRoot($0.folder) } }

  func programs(and signer: CommandWords? = nil) -> Programs? { hook.programs(and: signer) }

  func validate() throws {
    try hook.refuse(choice.type)
    guard !manual.manual || choice.type != nil else {
      throw ValidationError("--manual needs --type, such as --type dns-01")
    }
    guard !manual.manual || hook.hook == nil else {
      throw ValidationError("--type is for --manual or for --hook, not for both")
    }
    if !webRoot.webroot.isEmpty || persist.persist { try refuseTypeWithoutHook() }
  }

  /// For the steps to which a type is of no use by itself.
  func refuseTypeWithoutHook() throws {
    guard choice.type == nil || hook.hook != nil || manual.manual else {
      throw ValidationError(
        "--type says what --hook or --manual does, and there is none. Where a server answers by itself: "
          + "acme-challenge order --type TYPE | acme-challenge respond | acme-challenge wait")
    }
  }
}

/// Which solvers are wanted that listen themselves, and so end with this process: for the all-in-one form alone.
struct ListenerOptions: ParsableArguments {
  @OptionGroup var standalone: StandaloneOption
  @OptionGroup var alpn: ALPNOption

  var needs: [Need] { [standalone.standalone, alpn.alpn].compactMap { $0 }.map { .port($0.port) } }
}

/// By which type of challenge control is to be proved.
struct TypeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Choose the challenges of this type: \(Challenge.Kind.known.map(\.rawValue).joined(separator: ", ")).",
      valueName: "type"),
    completion: .list(Challenge.Kind.known.map(\.rawValue)), transform: TypeOption.kind)
  var type: Challenge.Kind?

  private static func kind(_ text: String) throws -> Challenge.Kind {
    let kind = Challenge.Kind(rawValue: text)
    guard Challenge.Kind.known.contains(kind) else {
      throw ValidationError("'\(text.shown(limit: 50))' is no challenge type that these tools can meet")
    }
    return kind
  }
}
