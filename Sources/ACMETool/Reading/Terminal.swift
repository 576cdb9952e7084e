internal import ACMECore
internal import Glibc

/// What a person is asked, on the terminal itself: stdin and stdout belong to the pipeline.
package enum Terminal {
  private static let longestLine = 1024

  package static var isThere: Bool {
    guard let terminal = try? open() else { return false }
    terminal.close()
    return true
  }

  /// Shows `text` as it is, whatever becomes of stdout and stderr.
  package static func show(_ text: String) throws {
    try onTerminal { try $0.write(Array(text.utf8)) }
  }

  /// Shows `text` and waits until the person presses Enter; what was typed before doesn't count.
  ///
  /// Throws `Failure` 78 where nobody will, and `Interrupted` where signals are held back.
  package static func waitForEnter(_ text: String) throws {
    try onTerminal { terminal in
      tcflush(terminal.number, TCIFLUSH)
      try terminal.write(Array(text.utf8))
      var isAnswered = false
      // What is said next begins a line, whatever ended the wait.
      defer { if !isAnswered { try? terminal.write([0x0A]) } }
      while !isAnswered {
        guard let byte = try readByte(terminal.number) else {
          throw Failure(.personMustAct, "the terminal was closed before anybody pressed Enter")
        }
        isAnswered = byte == 0x0A || byte == 0x0D
      }
    }
  }

  /// Shows `question` and reads a line: whether it says yes. What was typed before doesn't count.
  ///
  /// Throws `Failure` 78 where nobody answers, and `Interrupted` where signals are held back.
  package static func confirms(_ question: String) throws -> Bool {
    try onTerminal { terminal in
      tcflush(terminal.number, TCIFLUSH)
      try terminal.write(Array(question.shown().utf8))
      return try String(decoding: readLine(terminal.number, of: "answer"), as: UTF8.self).trimmingBlanks == "yes"
    }
  }

  private static func onTerminal<Result>(_ body: (FileDescriptor) throws -> Result) throws -> Result {
    do {
      let terminal = try open()
      defer { terminal.close() }
      return try body(terminal)
    } catch let error as IOError {
      throw Failure(.personMustAct, "there is no terminal to ask on: \(error.reason)")
    }
  }

  private static func open() throws(IOError) -> FileDescriptor {
    let number = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard number >= 0 else { throw IOError(errno) }
    return FileDescriptor(number: number)
  }

  /// Reads a line without showing it.
  ///
  /// Throws `Failure` 78 where there is no terminal.
  static func askPassphrase(_ question: String) throws -> SecretBytes {
    guard let terminal = try? open() else {
      throw Failure(
        .personMustAct, "the \(question.dropLast(2).shown()) is needed, and there is no terminal to ask for it",
        hint: "give it with --passphrase-file, or set ACME_PASSPHRASE_FILE")
    }
    defer { terminal.close() }
    do {
      // A signal that came while the echo is off would leave the terminal so.
      return try Signals.holding(and: Signals.ofKeys) { try askSilently(question, terminal) }
    } catch let error as IOError {
      throw Failure(.io, "asking on the terminal failed: \(error.reason)")
    }
  }

  private static func askSilently(_ question: String, _ terminal: FileDescriptor) throws -> SecretBytes {
    var before = termios()
    guard tcgetattr(terminal.number, &before) == 0 else { throw IOError(errno) }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    while true {
      do {
        tcsetattr(terminal.number, TCSAFLUSH, &silent)
        defer {
          tcsetattr(terminal.number, TCSAFLUSH, &before)
          try? terminal.write([0x0A])
        }
        try terminal.write(Array(question.shown().utf8))
        return try readLine(terminal.number, of: "passphrase")
      } catch let key as KeySignal {
        // Whoever comes back after ^Z is asked anew.
        Signals.deliver(key.signal)
      }
    }
  }

  private static func readLine(_ number: Int32, of what: String) throws -> SecretBytes {
    let line = SecretBytes()
    while let byte = try readByte(number) {
      guard byte != 0x0A, byte != 0x0D else { return line }
      line.append(byte)
      guard line.count <= longestLine else { throw Failure(.input, "the \(what) is too long") }
    }
    guard !line.isEmpty else { throw Failure(.personMustAct, "the terminal was closed, and no \(what) given") }
    return line
  }

  /// nil at the end. Throws `Interrupted`, and `KeySignal` where those signals are held back.
  private static func readByte(_ number: Int32) throws -> UInt8? {
    while true {
      var ready = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, 200)
      if Signals.isPending { throw Interrupted() }
      if let signal = Signals.ofKeys.first(where: Signals.isPending) { throw KeySignal(signal: signal) }
      // Stopped and gone on with, the process finds its wait interrupted.
      guard count >= 0 || errno == EINTR else { throw IOError(errno) }
      guard count > 0 else { continue }
      var byte: UInt8 = 0
      let read = Glibc.read(number, &byte, 1)
      if read < 0, errno == EINTR { continue }
      return read == 1 ? byte : nil
    }
  }
}

/// A key that asks for a signal was pressed while it is held back.
private struct KeySignal: Error {
  let signal: Int32
}

extension Substring {
  fileprivate func shown() -> String { String(self).shown() }
}
