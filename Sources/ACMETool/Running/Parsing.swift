internal import ACMECore
internal import ArgumentParser
internal import Glibc

extension Step {
  /// The step that the arguments ask for. A verb comes first or not at all: an option before it would belong to
  /// another command, and be lost.
  static func parseStep(_ arguments: [String]) throws -> any Step {
    try refuseSecrets(in: arguments)
    if let verb = verb(named: arguments.first) {
      let others = Array(arguments.dropFirst())
      try verb.refuseSingleDash(in: others)
      return try verb.parseOwn(others)
    }
    // The parser's own word for --help, which it would take for a file's name here.
    if takesWords, arguments.first == "help" {
      return try (verb(named: arguments.dropFirst().first) ?? self).parseOwn(["--help"])
    }
    try refuseUnknownVerb(arguments.first)
    try refuseAlmostVerb(in: arguments)
    try refuseSingleDash(in: arguments)
    return try parseOwn(arguments)
  }

  /// Throws for a PIN in a pkcs11: URI, before the parser could show it in a message of its own.
  private static func refuseSecrets(in arguments: [String]) throws {
    guard arguments.contains(where: { PKCS11URI.holdsPIN(Octets(carried: $0)) }) else { return }
    throw ValidationError("\(PKCS11URI.pinInside.reason). \(PKCS11URI.pinInside.hint ?? "")")
  }

  static var verbs: [any Step.Type] {
    configuration.subcommands.compactMap { $0 as? any Step.Type }
  }

  /// The same for one alone: to ask each whether it is a `Step` is a search through all that the program is made of.
  private static func verb(named word: String?) -> (any Step.Type)? {
    configuration.subcommands.first { $0._commandName == word } as? any Step.Type
  }

  private static func parseOwn(_ arguments: [String]) throws -> any Step {
    var parsed = try parseAsRoot(arguments)
    if let step = parsed as? Self { return step }
    if let verb = parsed as? any Step {
      throw ValidationError("the verb comes first: \(_commandName) \(type(of: verb)._commandName) …")
    }
    // Help, version and completions: running them throws what they have to say.
    try parsed.run()
    throw CleanExit.message("")
  }

  static var usageLine: String {
    usageString().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Says what is wrong with the arguments, or what was asked for about them.
  static func endParsing(_ error: any Error, _ arguments: [String]) -> Int32 {
    let speaker = verb(named: arguments.first) ?? self
    guard speaker.exitCode(for: error) != .success else {
      let text = speaker.fullMessage(for: error)
      return write(text.hasSuffix("\n") ? text : text + "\n")
    }
    let name = _commandName
    let command = speaker == self ? name : "\(name) \(speaker._commandName)"
    let text = Octets(carried: speaker.message(for: error)).description
    let failure = usageFailure(text, hint: lateVerb(in: arguments, after: text) ?? "see \(command) --help")
    let isQuiet = arguments.contains { $0 == "-q" || $0 == "--quiet" }
    let messages = Messages(tool: name, isQuiet: isQuiet)
    messages.error(failure)
    let sink = Sink(toStandardOutput: !namesFile(arguments), messages: messages)
    sink.pass(on: ProblemDocument(failure, tool: name), kind: speaker.outputKind)
    return failure.status.rawValue
  }

  /// Whether arguments that can't be parsed name an output that isn't stdout.
  private static func namesFile(_ arguments: [String]) -> Bool {
    zip(arguments, arguments.dropFirst() + [""]).contains { argument, next in
      switch argument {
      case "-o", "--output": next != "-"
      case _ where argument.hasPrefix("--output="): argument != "--output=-"
      case _ where argument.hasPrefix("-o"): argument != "-o-"
      default: false
      }
    }
  }

  /// The parser's sentences in our voice: "Unknown option '--foo'. Did you mean '--force'?", or
  /// "… is invalid … Please provide one of the following:" with a line for each.
  private static func usageFailure(_ text: String, hint general: String) -> Failure {
    let lines = text.split(separator: "\n")
    let choices = lines.dropFirst().map { $0.drop { $0 == " " || $0 == "-" } }.joined(separator: ", ")
    let sentences = (lines.first ?? "the arguments are wrong").split(separator: ". ", maxSplits: 1)
    let hint = sentences.count > 1 ? "\(sentences[1]) \(choices)" : general
    return Failure(.usage, inOurVoice(sentences[0]), hint: inOurVoice(hint[...]))
  }

  private static func inOurVoice(_ sentence: Substring) -> String {
    var text = sentence
    while let last = text.last, last == "." || last == " " { text.removeLast() }
    return text.asClause
  }

  private static func write(_ text: String) -> Int32 {
    do {
      try FileDescriptor.standardOutput.write(Array(text.utf8))
      return ExitStatus.done.rawValue
    } catch {
      guard error.code != EPIPE else { return ExitStatus.io.rawValue }
      let failure = Failure(.io, "writing to stdout failed: \(error.reason)")
      Messages(tool: _commandName, isQuiet: false).error(failure)
      return failure.status.rawValue
    }
  }
}
