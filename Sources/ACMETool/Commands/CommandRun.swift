internal import ACMECore
internal import CSystem
internal import Glibc

/// One program on its way, in the process that was forked for it and adopts what it leaves behind.
struct CommandRun {
  private static let longestLine = 1000
  private static let readsOfAFullPipe = 16
  private static let mostBytesOfStderr = 1 << 18
  static let mostBytesOfOutput = 1 << 16
  private static let longestPollMilliseconds = 200.0

  private let call: CommandCall
  private let isSigner: Bool
  private let supervision: Supervision
  /// Where the tool asks for the end, or is gone.
  private let control: FileDescriptor
  private let clock = Signals.clock
  private let deadline: Double

  init(_ call: CommandCall, _ supervision: Supervision, control: FileDescriptor) {
    self.call = call
    isSigner = call.command == supervision.programs.signer
    self.supervision = supervision
    self.control = control
    deadline = clock.monotonic() + Double(call.milliseconds) / 1000
  }

  func outcome() -> CommandOutcome {
    let adopts = CSystem_adopt_orphans() == 0
    do {
      let pipes = try Pipes()
      let process = try start(pipes)
      pipes.closeItsEnds()
      let descendants = Descendants(of: process, leadsSession: !isSigner, areAdopted: adopts)
      let outcome = attend(descendants, pipes)
      if case .exited = outcome { return outcome }
      descendants.end()
      return outcome
    } catch let error as IOError {
      return .unstartable(error)
    } catch {
      return .unstartable(IOError(EMFILE))
    }
  }

  private func start(_ pipes: Pipes) throws -> pid_t {
    let report = try Pipe()
    let process = CSystem_fork()
    guard process != 0 else { become(pipes, report) }
    guard process > 0 else { throw IOError(errno) }
    report.closeWriter()
    // Nothing comes where the program was started: the pipe is closed by that.
    let reason = FileDescriptor(number: report.reader)
    guard let text = try? reason.readAll(limit: 16), let code = Int32(String(decoding: text, as: UTF8.self)) else {
      return process
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    throw IOError(code)
  }

  /// Turns this process into the program, which finds the signals as a program expects them, not as we hold them.
  private func become(_ pipes: Pipes, _ report: Pipe) -> Never {
    // A session of its own, so that it can be ended with all that it started, and doesn't wait for a terminal that it
    // can't have. Who signs may have to ask there.
    if isSigner { setpgid(0, supervision.group) } else { setsid() }
    Room.giveBack()
    for number in Signals.ofWriting { signal(number, SIG_DFL) }
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    dup2(pipes.stdin.reader, STDIN_FILENO)
    dup2(pipes.stdout.writer, STDOUT_FILENO)
    dup2(pipes.stderr.writer, STDERR_FILENO)
    let variables = supervision.environment.replacing([], with: call.variables).entries.map(Self.copied) + [nil]
    let words = (supervision.programs.commands[call.command].words + call.arguments).map(Self.copied) + [nil]
    // All other descriptors are closed by that. What has no #! is run by /bin/sh.
    _ = CSystem_become(words, variables)
    try? FileDescriptor(number: report.writer).write(Array(String(errno).utf8))
    _exit(127)
  }

  private static func copied(_ octets: Octets) -> UnsafeMutablePointer<CChar>? { octets.withCString { strdup($0) } }

  /// Feeds it, passes on what it says, until it ends or has to.
  private func attend(_ process: Descendants, _ pipes: Pipes) -> CommandOutcome {
    let ending = process.pollable()
    defer { if ending >= 0 { close(ending) } }
    var rest = call.input[...]
    var output: [UInt8] = []
    var lines = ForeignLines(limit: Self.mostBytesOfStderr)
    var words: [UInt8] = []
    let known = Set(call.known.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) })
    func passOn(_ line: String) {
      let shown = line.shown(limit: Self.longestLine)
      if !known.contains(shown) { supervision.messages.foreign(shown) }
      if words.count < Self.mostBytesOfOutput { words += Array(shown.utf8) + [0x0A] }
    }
    func hear() -> Bool {
      let said = pipes.stdout.read()
      if let said { output += said.prefix(Self.mostBytesOfOutput - output.count) }
      // No signature is that long, and who writes on is ended by it.
      if isSigner, output.count >= Self.mostBytesOfOutput { pipes.stdout.closeReader() }
      let complaint = pipes.stderr.read()
      if let complaint { lines.take(complaint).forEach(passOn) }
      return said?.isEmpty == false || complaint?.isEmpty == false
    }
    while true {
      let left = deadline - clock.monotonic()
      guard left > 0 else { return .timedOut }
      if rest.isEmpty { pipes.stdin.closeWriter() }
      // A descriptor of -1 is passed over.
      var ready = [
        pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stdout.reader, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stderr.reader, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stdin.writer, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: control.number, events: Int16(POLLIN), revents: 0),
      ]
      let longest = ending >= 0 ? Self.longestPollMilliseconds : Descendants.pollMilliseconds
      poll(&ready, nfds_t(ready.count), Int32(min(longest, left * 1000).rounded(.up)))
      if ready[4].revents != 0 {
        _ = try? Parcel.receive(from: control)
        return .ended
      }
      if ready[3].revents != 0 { rest = pipes.stdin.write(rest) }
      _ = hear()
      // A program takes us for the tool, its parent.
      Signals.passOn(to: supervision.tool)
      if ending < 0 || ready[0].revents != 0, let status = process.statusOfFirst() {
        // What it said itself is in the pipes by now, 64 KiB at most; what it left running may write for ever.
        for _ in 0..<Self.readsOfAFullPipe where hear() {}
        lines.end().forEach(passOn)
        return .exited(status: status, output: output, words: words)
      }
    }
  }
}
