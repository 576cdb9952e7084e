package import ACMECore
internal import CSystem
internal import Glibc

/// A program of the user's that is run and waited for.
package struct ChildProcess {
  private static let longestLine = 1000
  private static let mostOrphans = 1000
  private static let readsOfAFullPipe = 16
  private static let mostBytesOfStderr = 1 << 18
  private static let mostBytesOfOutput = 1 << 16
  /// How long a program has, once it is asked to end, before it is made to.
  private static let graceSeconds = 2.0

  private let command: CommandWords
  private let input: [UInt8]
  private let environment: [String: String]
  private let messages: Messages

  /// - Parameters:
  ///   - input: what it reads on stdin.
  ///   - environment: all of it; the MAC key of an external account is taken out.
  package init(_ command: CommandWords, input: [UInt8], environment: [String: String], messages: Messages) {
    self.command = command
    self.input = input
    self.environment = environment.filter { $0.key != "ACME_EAB_HMAC_KEY" }
    self.messages = messages
  }

  /// Runs it to its end, and returns what it says on stdout, of which no more than 64 KiB is kept. What it says on
  /// stderr is passed on, escaped.
  ///
  /// Throws `Failure` 71 where it can't be started or fails, 75 when the time is over (it is then ended, with all that
  /// it started), and `Interrupted`.
  @discardableResult
  package func run(until budget: Budget, heedingSignals: Bool) throws -> [UInt8] {
    // Nobody may be ended without ending the program, which is in a session of its own.
    try Signals.holding { try runHolding(until: budget, heedingSignals: heedingSignals) }
  }

  private func runHolding(until budget: Budget, heedingSignals: Bool) throws -> [UInt8] {
    if heedingSignals, Signals.isPending { throw Interrupted() }
    _ = CSystem_adopt_orphans()
    guard budget.remaining > 0 else { throw budget.spent(on: "\(command.text) waits to run") }
    let pipes = try Pipes()
    let process = try spawn(pipes)
    pipes.closeItsEnds()
    let outcome: (status: Int32, output: [UInt8])
    do {
      outcome = try attend(process, pipes, budget, heedingSignals)
    } catch {
      end(process)
      throw error
    }
    guard outcome.status == 0 else {
      throw Failure(.helperFailed, "\(command.text) \(Self.sentence(outcome.status))")
    }
    return outcome.output
  }

  private func spawn(_ pipes: Pipes) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes.stdin.reader, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.stdout.writer, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.stderr.writer, STDERR_FILENO)
    // Neither the connection to the CA nor what the caller left open is the program's.
    _ = CSystem_spawn_close_from(&actions, STDERR_FILENO + 1)

    // A session of its own, so that it can be ended with all that it started, and doesn't wait for a terminal that it
    // can't have; and the signals as a program expects them, not as we hold them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &broken)
    posix_spawnattr_setflags(
      &attributes, CSystem_spawn_new_session | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var process: pid_t = 0
    let arguments = command.words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    let error = posix_spawnp(&process, command.words[0], &actions, &attributes, arguments, variables)
    guard error == 0 else {
      throw Failure(.helperFailed, "can't run \(command.words[0]): \(IOError(error).reason)")
    }
    return process
  }

  /// Feeds it, passes on what it says, and returns its wait status.
  private func attend(
    _ process: pid_t, _ pipes: Pipes, _ budget: Budget, _ heedingSignals: Bool
  ) throws -> (status: Int32, output: [UInt8]) {
    let ending = CSystem_pidfd_open(process)
    guard ending >= 0 else { throw Failure(.bug, "can't wait for \(command.text): \(IOError(errno).reason)") }
    defer { close(ending) }
    var rest = input[...]
    var output: [UInt8] = []
    var words = ForeignLines(limit: Self.mostBytesOfStderr)
    func hear() -> Bool {
      let said = pipes.stdout.read()
      if let said { output += said.prefix(Self.mostBytesOfOutput - output.count) }
      let complaint = pipes.stderr.read()
      if let complaint { words.take(complaint).forEach(passOn) }
      return said?.isEmpty == false || complaint?.isEmpty == false
    }
    while true {
      _ = CSystem_adopt_orphans()
      guard budget.remaining > 0 else { throw budget.spent(on: "\(command.text) runs") }
      if heedingSignals, Signals.isPending { throw Interrupted() }
      if rest.isEmpty { pipes.stdin.closeWriter() }
      // A descriptor of -1 is passed over.
      var ready = [
        pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stdout.reader, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stderr.reader, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.stdin.writer, events: Int16(POLLOUT), revents: 0),
      ]
      poll(&ready, nfds_t(ready.count), 200)
      if ready[3].revents != 0 { rest = pipes.stdin.write(rest) }
      _ = hear()
      if ready[0].revents != 0 {
        // What it said itself is in the pipes by now, 64 KiB at most; what it left running may write for ever.
        for _ in 0..<Self.readsOfAFullPipe where hear() {}
        words.end().forEach(passOn)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return (status, output)
      }
    }
  }

  private func passOn(_ line: String) { messages.foreign(line.shown(limit: Self.longestLine)) }

  private func end(_ process: pid_t) {
    kill(-process, SIGTERM)
    let ending = CSystem_pidfd_open(process)
    var ready = pollfd(fd: ending, events: Int16(POLLIN), revents: 0)
    poll(&ready, 1, Int32(Self.graceSeconds * 1000))
    close(ending)
    kill(-process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    // Those that left its session are children of ours now, and the only ones.
    for _ in 0..<Self.mostOrphans {
      let orphans = Self.children
      guard !orphans.isEmpty else { return }
      for orphan in orphans {
        kill(orphan, SIGKILL)
        waitpid(orphan, &status, 0)
      }
    }
  }

  private static var children: [pid_t] {
    let path = "/proc/self/task/\(getpid())/children"
    let text = (try? Files.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: " ").compactMap { pid_t($0) }
  }

  private static func sentence(_ status: Int32) -> String {
    let signal = status & 0x7F
    return signal == 0 ? "failed with status \(status >> 8 & 0xFF)" : "was killed by signal \(signal)"
  }
}
