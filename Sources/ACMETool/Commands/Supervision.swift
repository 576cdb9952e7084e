internal import ACMECore
internal import CSystem
internal import Glibc

/// The supervisor's own side.
struct Supervision {
  let programs: Programs
  let environment: Environment
  let messages: Messages
  let tool: pid_t
  /// That of the terminal's foreground, where a person is asked.
  let group: pid_t

  /// The life of the supervisor: one call after another, until the tool is gone.
  func serve(_ socket: FileDescriptor) -> Never {
    // Signals to the pipeline are the tool's: it says when a program is to be ended.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, nil)
    // Whoever kills the whole pipeline leaves somebody who ends what runs in a session of its own.
    setpgid(0, 0)
    leaveFiles(but: socket)
    while let parcel = try? Parcel.receive(from: socket) {
      // A program had ended already when its end was asked for.
      guard parcel != .end else { continue }
      let outcome = CommandCall(parcel).map { answer($0, socket) } ?? .unstartable(IOError(EPROTO))
      if let outcome { try? outcome.parcel.send(to: socket) }
    }
    _exit(0)
  }

  /// Neither the pipeline's ends nor what the caller left open is the supervisor's, or a program's.
  private func leaveFiles(but socket: FileDescriptor) {
    let nothing = open("/dev/null", O_RDWR)
    for number in [STDIN_FILENO, STDOUT_FILENO] where nothing >= 0 { dup2(nothing, number) }
    OpenFiles.leave { $0 <= STDERR_FILENO || $0 == socket.number }
  }

  /// A process of its own for each call adopts what the program leaves behind: so what a call started is known, and
  /// an earlier one's daemons aren't taken for it.
  ///
  /// - Returns: what is to be answered; nil where that process has done it.
  private func answer(_ call: CommandCall, _ socket: FileDescriptor) -> CommandOutcome? {
    guard programs.commands.indices.contains(call.command), call.variables.keys.allSatisfy(programs.variables.contains)
    else {
      return .unstartable(IOError(EPERM))
    }
    let runner = CSystem_fork()
    guard runner != 0 else {
      let outcome = CommandRun(call, self, control: socket).outcome()
      try? outcome.parcel.send(to: socket)
      _exit(0)
    }
    guard runner > 0 else { return .unstartable(IOError(errno)) }
    var status: Int32 = 0
    while waitpid(runner, &status, 0) < 0, errno == EINTR {}
    return status == 0 ? nil : .lost
  }
}
