internal import ACMECore
internal import Glibc

/// What a person is asked, on the terminal itself: stdin and stdout belong to the pipeline.
enum Terminal {
  private static let longestLine = 1024

  /// Reads a line without showing it.
  ///
  /// Throws `Failure` 78 where there is no terminal.
  static func askPassphrase(_ question: String) throws -> [UInt8] {
    let number = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard number >= 0 else {
      throw Failure(
        .personMustAct, "the \(question.dropLast(2).shown()) is needed, and there is no terminal to ask for it",
        hint: "give it with --passphrase-file, or set ACME_PASSPHRASE_FILE")
    }
    defer { close(number) }
    do {
      // A signal that came while the echo is off would leave the terminal so.
      return try Signals.holding(and: [SIGQUIT, SIGTSTP]) { try askSilently(question, FileDescriptor(number: number)) }
    } catch let error as IOError {
      throw Failure(.io, "asking on the terminal failed: \(error.reason)")
    }
  }

  private static func askSilently(_ question: String, _ terminal: FileDescriptor) throws -> [UInt8] {
    var before = termios()
    guard tcgetattr(terminal.number, &before) == 0 else { throw IOError(errno) }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal.number, TCSAFLUSH, &silent)
    defer { tcsetattr(terminal.number, TCSAFLUSH, &before) }
    try terminal.write(Array(question.shown().utf8))
    let line = try readLine(terminal.number)
    try terminal.write([0x0A])
    guard line.count <= longestLine else { throw Failure(.input, "the passphrase is too long") }
    return line
  }

  private static func readLine(_ number: Int32) throws -> [UInt8] {
    var line: [UInt8] = []
    while line.count <= longestLine {
      var ready = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, 200)
      if Signals.isPending { throw Interrupted() }
      guard count >= 0 else { throw IOError(errno) }
      guard count > 0 else { continue }
      var byte: UInt8 = 0
      guard read(number, &byte, 1) == 1, byte != 0x0A, byte != 0x0D else { break }
      line.append(byte)
    }
    return line
  }
}

extension Substring {
  fileprivate func shown() -> String { String(self).shown() }
}
