internal import ACMECore
package import ArgumentParser
internal import Glibc

/// Where a step's product goes.
package protocol Destination: ParsableArguments {
  /// The file to write; nil for stdout.
  var file: Path? { get }
  /// Whether a file that holds the same already keeps its time.
  var ifChanged: Bool { get }

  /// Throws `Failure` 73 where the output can't be created, and 74 where stdout is closed: better now than when a
  /// certificate is at stake.
  func prove() throws
}

extension Destination {
  package func prove() throws {
    guard let file else { return try FileDescriptor.standardOutput.refuseClosed() }
    let target = try AtomicFile(file)
    try target.refuseToReplaceKey()
    try target.prove()
  }

  /// Whether the reader is another tool right now, and not a file for later.
  package var isPipe: Bool {
    guard file == nil, let status = FileDescriptor.standardOutput.status else { return false }
    return status.isOf(S_IFIFO) || status.isOf(S_IFSOCK)
  }

  /// Throws `Failure` 64 where the product is no text, and would go to a terminal.
  package func refuseTerminal() throws {
    guard file == nil, FileDescriptor.standardOutput.isTerminal else { return }
    throw Failure(.usage, "stdout is a terminal, and what is to be written is no text", hint: "write with -o FILE")
  }

  /// Throws `ReaderGone` where the product would go into a pipe that nobody reads: for just before something is done
  /// that can't be done again for nothing.
  package func refuseWithoutReader() throws {
    guard isPipe else { return }
    var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    guard poll(&state, 1, 0) > 0, state.revents & Int16(POLLERR | POLLHUP) != 0 else { return }
    throw ReaderGone()
  }
}

/// Nobody reads stdout any more. Whoever went has said why.
package struct ReaderGone: Error {}
