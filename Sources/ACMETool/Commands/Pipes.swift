internal import ACMECore
internal import Glibc

/// A child's stdin, stdout and stderr.
struct Pipes {
  let stdin: Pipe
  let stdout: Pipe
  let stderr: Pipe

  init() throws {
    stdin = try Pipe()
    stdout = try Pipe()
    stderr = try Pipe()
  }

  func closeItsEnds() {
    stdin.closeReader()
    stdout.closeWriter()
    stderr.closeWriter()
  }
}

/// A pipe whose ends are closed one by one.
final class Pipe {
  private(set) var reader: Int32
  private(set) var writer: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(.io, "can't make a pipe: \(IOError(errno).reason)") }
    (reader, writer) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    closeReader()
    closeWriter()
  }

  func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  func closeWriter() {
    if writer >= 0 { close(writer) }
    writer = -1
  }

  /// What could not be written yet. A reader that is gone wants nothing more.
  func write(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    _ = fcntl(writer, F_SETFL, O_NONBLOCK)
    let count = bytes.withUnsafeBytes { Glibc.write(writer, $0.baseAddress, $0.count) }
    if count < 0 { return errno == EAGAIN || errno == EINTR ? bytes : [] }
    return bytes.dropFirst(count)
  }

  /// What is there now; nil where there is nothing.
  func read() -> [UInt8]? {
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(reader, &buffer, buffer.count)
    if count == 0 { closeReader() }
    return count < 0 ? nil : Array(buffer[..<count])
  }
}
