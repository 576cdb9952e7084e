internal import ACMECore
internal import ArgumentParser
internal import CSystem
internal import Glibc

extension Step {
  /// The whole life of a tool: parse, do the step, write, and say what went wrong. Never returns.
  package static func start() -> Never {
    fillMissingDescriptors()
    SecretMemory.prepare()
    protectMemory()
    ignoreSignalsOfWriting()
    let words: [Octets]
    do throws(Failure) {
      try Room.take()
      words = try Arguments.given
    } catch {
      Messages(tool: _commandName, isQuiet: false).error(error)
      Glibc.exit(error.status.rawValue)
    }
    let arguments = words.dropFirst().map(\.carried)
    let step: any Step
    do {
      step = try parseStep(arguments)
    } catch {
      Glibc.exit(endParsing(error, arguments))
    }
    Glibc.exit(step.runToTheEnd(named: _commandName).rawValue)
  }

  /// Whoever starts a tool with stdin, stdout or stderr closed must not find a file or a connection of ours in its
  /// place. What is put there refuses to be read, or written, just as a closed one would.
  private static func fillMissingDescriptors() {
    for (number, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", flags)
    }
  }

  /// A reader that is gone, or a limit to a file's size, is an error of the call that writes, and is said.
  private static func ignoreSignalsOfWriting() {
    for number in Signals.ofWriting { signal(number, SIG_IGN) }
  }

  /// Keys must not get into a core dump, nor be read by another process of the user.
  private static func protectMemory() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = CSystem_set_undumpable()
  }
}

extension Step {
  fileprivate func runToTheEnd(named name: String) -> ExitStatus {
    let macKey = Environment.takeSecret(Tool.macKeyVariable)
    let environment = Environment.own
    let messages = messageOptions.messages(of: name, environment)
    let tool = Tool(name: name, messages: messages, usage: Self.usageLine, environment: environment, macKey: macKey)
    let sink = Sink(destination: output, messages: messages)
    defer { tool.supervisor?.end() }
    do {
      try refuseOneFileForTwo(tool)
      tool.supervisor = try programs(tool).map { try Supervisor($0, environment, messages, without: macKey) }
      // Before anything is read: who writes to this tool then finds its reader gone.
      try output.prove()
      // No thread or connection has begun, and nothing that is foreign was looked at.
      try confine(tool)
      if input != nil, FileDescriptor.standardInput.isAwaited { prepare(tool, untilReadable: STDIN_FILENO) }
      let product = try perform(input.map(tool.read) ?? Content(), tool)
      tool.headStart = nil
      try write(product, to: sink, tool)
      return product.status
    } catch let earlier as EarlierFailure {
      if !earlier.isFromPipe { messages.error(earlier.repeated) }
      sink.pass(on: earlier.problem, kind: Self.outputKind)
      return earlier.problem.exit
    } catch is ReaderGone {
      return .io
    } catch is Interrupted {
      tool.supervisor?.end()
      Signals.dieByPending()
    } catch {
      var failure = Failure(error, in: name, status: .input)
      failure.order = failure.order ?? tool.order
      failure.nameOrder()
      failure.tellWayBack(with: said)
      messages.error(failure)
      sink.pass(on: ProblemDocument(failure, tool: name), kind: Self.outputKind)
      return failure.status
    }
  }

  private func write(_ product: Product, to sink: Sink, _ tool: Tool) throws {
    do {
      try sink.write(product)
    } catch is ReaderGone {
      guard let wayBack = wayBack(to: product, tool) else { throw ReaderGone() }
      throw Failure(.io, "nobody reads stdout any more", hint: wayBack)
    } catch var failure as Failure {
      failure.hint = failure.hint ?? wayBack(to: product, tool)
      throw failure
    }
  }
}
