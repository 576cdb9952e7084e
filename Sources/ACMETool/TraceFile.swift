internal import ACMECore
internal import Glibc

/// Appends every exchange to a file, one object and one write a line, so that the tools of a pipeline can share it.
final class TraceFile: Witness {
  private let file: FileDescriptor
  private let path: Path?
  private let tool: Tool
  private var hasFailed = false

  /// - Parameter path: nil for stderr.
  ///
  /// Throws `Failure` 73 where the file can't be had.
  init(_ path: Path?, _ tool: Tool) throws {
    self.path = path
    self.tool = tool
    guard let path else {
      file = FileDescriptor(number: STDERR_FILENO)
      return
    }
    let number = Files.create(path, O_WRONLY | O_APPEND, mode: 0o600)
    guard number >= 0 else { throw Failure(.cannotCreate, "can't write the trace \(path): \(IOError(errno).reason)") }
    file = FileDescriptor(number: number)
  }

  func sending(_ request: HTTPRequest, number: Int) {}

  /// A trace that can't be written is no reason to lose an order.
  func witness(_ exchange: Exchange) {
    let line = TraceLine(exchange, tool: tool.name, pid: Int(getpid()))
    if path == nil { tool.messages.progress(nil) }
    do {
      try file.write(Array("\(line.object.text)\n".utf8))
    } catch {
      guard !hasFailed else { return }
      hasFailed = true
      tool.messages.warning("writing the trace\(path.map { " \($0)" } ?? "") failed: \(error.reason)")
    }
  }
}
