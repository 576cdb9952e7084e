package import ACMECore
internal import CSystem
internal import Glibc

/// A process that runs programs of the user's and ends what they started: forked before the tool has read a key, begun
/// a thread or opened a connection. What it can run, and which variables a call may set, is fixed from then on.
package final class Supervisor {
  private let socket: FileDescriptor
  private let process: pid_t
  private let commands: [CommandWords]
  /// Throws `Failure` 71 where there can be no such process.
  init(_ programs: Programs, _ environment: Environment, _ messages: Messages) throws {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Self.failure(IOError(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let tool = getpid()
    process = CSystem_fork()
    guard process != 0 else {
      close(ends[0])
      let supervision = Supervision(
        programs: programs, environment: environment.replacing(programs.variables + ["ACME_EAB_HMAC_KEY"]),
        messages: messages, tool: tool)
      supervision.serve(FileDescriptor(number: ends[1]))
    }
    let error = IOError(errno)
    close(ends[1])
    guard process > 0 else {
      close(ends[0])
      throw Self.failure(error)
    }
    socket = FileDescriptor(number: ends[0])
    commands = programs.commands
  }

  /// Whether all that a program starts can be ended with it, whatever it does to get away.
  package static var endsAll: Bool { CSystem_can_adopt_orphans() != 0 }

  /// Returns when the process has ended.
  func end() {
    socket.close()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Runs a program to its end, and returns what it says on stdout, of which no more than 64 KiB is kept. What it says
  /// on stderr is passed on, escaped.
  ///
  /// - Parameters:
  ///   - command: the index of one of the commands.
  ///   - arguments: what is added to its words.
  ///   - input: what it reads on stdin.
  ///   - known: lines that aren't passed on if it says them again.
  ///
  /// Throws `CommandFailure`: with `Failure` 71 where it can't be started or fails, 75 when the time is over (it is
  /// then ended, with all that it started), or `Interrupted`.
  package func run(
    _ command: Int, _ arguments: [String], input: [UInt8], variables: [String: Octets], until budget: Budget,
    heedingSignals: Bool, butNot known: [UInt8] = []
  ) throws(CommandFailure) -> [UInt8] {
    let text = commands[command].adding(arguments).text
    let call = CommandCall(
      command: command, arguments: arguments.map { Octets($0) }, input: input, variables: variables,
      milliseconds: Int(max(0, budget.remaining * 1000)), known: known)
    // Nobody may be ended without ending the program, which is in a session of its own.
    let outcome: CommandOutcome
    do {
      outcome = try Signals.holding {
        if heedingSignals, Signals.isPending { throw CommandFailure(Interrupted(), hasRun: false) }
        guard budget.remaining > 0 else {
          throw CommandFailure(budget.spent(on: "\(text) waits to run"), hasRun: false)
        }
        return try self.outcome(of: call, heedingSignals)
      }
    } catch let failure as CommandFailure { throw failure } catch { throw CommandFailure(error, hasRun: true) }
    switch outcome {
    case .ended: throw CommandFailure(Interrupted(), hasRun: true)
    case .timedOut: throw CommandFailure(budget.spent(on: "\(text) runs"), hasRun: true)
    case .unstartable(let error):
      throw CommandFailure(
        Failure(.helperFailed, "can't run \(commands[command].words[0]): \(error.reason)"),
        hasRun: error.code == ECHILD)
    case .exited(let status, let output, let words):
      guard status != 0 else { return output }
      throw CommandFailure(Failure(.helperFailed, "\(text) \(Self.sentence(status))"), hasRun: true, words: words)
    }
  }

  private func outcome(of call: CommandCall, _ heedingSignals: Bool) throws -> CommandOutcome {
    do {
      try call.parcel.send(to: socket)
      var isToEnd = false
      while true {
        var ready = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        if poll(&ready, 1, 200) > 0 { break }
        if heedingSignals, !isToEnd, Signals.isPending {
          isToEnd = true
          try Parcel.end.send(to: socket)
        }
      }
      guard let parcel = try Parcel.receive(from: socket), let outcome = CommandOutcome(parcel) else {
        throw IOError(EPIPE)
      }
      return outcome
    } catch let error as IOError {
      throw Self.failure(error)
    }
  }

  private static func failure(_ error: IOError) -> Failure {
    Failure(.helperFailed, "the process that runs hooks isn't there: \(error.reason)")
  }

  private static func sentence(_ status: Int32) -> String {
    let signal = status & 0x7F
    return signal == 0 ? "failed with status \(status >> 8 & 0xFF)" : "was killed by signal \(signal)"
  }
}

/// Why a program hasn't done its work.
package struct CommandFailure: Error {
  /// A `Failure`, or `Interrupted`.
  package let reason: any Error
  /// False where it is certain that it was never begun.
  package let hasRun: Bool
  /// What it said on stderr, in lines as they are shown.
  package let words: [UInt8]

  init(_ reason: any Error, hasRun: Bool, words: [UInt8] = []) {
    self.reason = reason
    self.hasRun = hasRun
    self.words = words
  }
}

/// What a supervisor may run.
package struct Programs {
  let commands: [CommandWords]
  let variables: [String]

  /// - Parameter variables: the names of those that a call may set. That the caller has some of them is none of the
  ///   programs' business.
  package init(_ commands: [CommandWords], setting variables: [String]) {
    self.commands = commands
    self.variables = variables
  }
}
