package import ACMECore
internal import CSystem
internal import Glibc

/// A process that runs programs of the user's and ends what they started: forked before the tool has read a key, begun
/// a thread or opened a connection. What it can run, and which variables a call may set, is fixed from then on.
package final class Supervisor {
  private let socket: FileDescriptor
  private let process: pid_t
  private let programs: Programs
  /// What is wrong with each command, as the step itself soon can't look any more.
  private let faults: [Failure?]

  /// - Parameter secret: what the tool has been given already, and is none of that process's business.
  ///
  /// Throws `Failure` 71 where there can be no such process.
  init(_ programs: Programs, _ environment: Environment, _ messages: Messages, without secret: SecretBytes?) throws {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Self.failure(IOError(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    faults = programs.commands.map { $0.fault(environment) }
    let (tool, group) = (getpid(), getpgrp())
    process = CSystem_fork()
    guard process != 0 else {
      close(ends[0])
      secret?.wipe()
      let supervision = Supervision(
        programs: programs, environment: environment.replacing(programs.variables + [Tool.macKeyVariable]),
        messages: messages, tool: tool, group: group)
      supervision.serve(FileDescriptor(number: ends[1]))
    }
    let error = IOError(errno)
    close(ends[1])
    guard process > 0 else {
      close(ends[0])
      throw Self.failure(error)
    }
    socket = FileDescriptor(number: ends[0])
    self.programs = programs
  }

  /// Whether all that a program starts can be ended with it, whatever it does to get away.
  package static var endsAll: Bool { CSystem_can_adopt_orphans() != 0 }

  /// Throws `Failure` 71 where there is no such program, or it can't be run: better now than when it is needed.
  ///
  /// - Parameter command: the index of one of the commands.
  package func check(_ command: Int) throws(Failure) { if let fault = faults[command] { throw fault } }

  /// The same of the signer.
  func checkSigner() throws(Failure) { if let signer = programs.signer { try check(signer) } }

  /// Returns when the process has ended.
  func end() {
    socket.close()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Runs a hook to its end, and returns what it says on stdout, of which no more than 64 KiB is kept. What it says
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
    let end = try finish(command, arguments, input, variables, until: budget, heedingSignals, known)
    guard end.status == 0 else {
      let text = programs.commands[command].adding(arguments).text
      throw CommandFailure(Failure(.helperFailed, "\(text) \(end.sentence)"), hasRun: true, words: end.words)
    }
    return end.output
  }

  /// Runs the signer to its end, as a hook is run, and returns what it says on stdout: less than 64 KiB, since it is
  /// left alone with what it wants to say beyond that.
  func answerOfSigner(to input: [UInt8], until budget: Budget) throws(CommandFailure) -> [UInt8] {
    guard let signer = programs.signer else { throw CommandFailure(Self.failure(IOError(EPERM)), hasRun: false) }
    let end = try finish(signer, [], input, [:], until: budget, true, [])
    let text = programs.commands[signer].text
    guard end.output.count < CommandRun.mostBytesOfOutput else {
      throw CommandFailure(Failure(.helperFailed, "\(text) answered with much more than a signature"), hasRun: true)
    }
    guard end.status == 0 else {
      // A key that ends the tool ends the signer too, which is on the same terminal.
      if Signals.isPending { throw CommandFailure(Interrupted(), hasRun: true) }
      throw CommandFailure(Failure(.helperFailed, "\(text) \(end.sentence)"), hasRun: true, words: end.words)
    }
    return end.output
  }

  /// How a program ended by itself.
  private struct End {
    let status: Int32
    let output: [UInt8]
    let words: [UInt8]

    var sentence: String {
      let signal = status & 0x7F
      return signal == 0 ? "failed with status \(status >> 8 & 0xFF)" : "was killed by signal \(signal)"
    }
  }

  private func finish(
    _ command: Int, _ arguments: [String], _ input: [UInt8], _ variables: [String: Octets], until budget: Budget,
    _ heedingSignals: Bool, _ known: [UInt8]
  ) throws(CommandFailure) -> End {
    let words = programs.commands[command]
    let text = words.adding(arguments).text
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
        Failure(.helperFailed, "can't run \(words.words[0]): \(error.reason)"), hasRun: false)
    case .lost:
      throw CommandFailure(
        Failure(.helperFailed, "what came of \(text) isn't known: the process that ran it, its parent, was killed"),
        hasRun: true)
    case .exited(let status, let output, let words): return End(status: status, output: output, words: words)
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
    Failure(.helperFailed, "the process that runs hooks and signers isn't there: \(error.reason)")
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
  /// Which of the commands signs: it keeps the terminal, for a person may be asked there, and the others do not.
  let signer: Int?

  /// nil where there is nothing to run.
  ///
  /// - Parameter variables: the names of those that a call may set. That the caller has some of them is none of the
  ///   programs' business.
  package init?(hooks: [CommandWords] = [], setting variables: [String] = [], signer: CommandWords? = nil) {
    guard !hooks.isEmpty || signer != nil else { return nil }
    commands = hooks + [signer].compactMap { $0 }
    self.variables = variables
    self.signer = signer == nil ? nil : hooks.count
  }
}
