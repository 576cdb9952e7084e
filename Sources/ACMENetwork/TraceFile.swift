internal import ACMEClient
internal import ACMECore
internal import ACMETool
internal import Glibc

/// Appends every exchange to a file, a line of JSON each.
final class TraceFile: Witness {
  static let content = AppendedFile.Content("the trace", beginnings: TraceLine.beginnings)

  private let file: AppendedFile
  private let goesToStderr: Bool
  private let tool: Tool
  private var hasFailed = false

  /// - Parameter path: nil for stderr.
  ///
  /// Throws `Failure` 73 where the file can't be had.
  init(_ path: Path?, _ tool: Tool) throws(Failure) {
    file =
      if let path { try tool.appendedFile(path, Self.content) } else { AppendedFile(toStandardError: Self.content) }
    goesToStderr = path == nil
    self.tool = tool
  }

  func sending(_ request: HTTPRequest, number: Int) {}

  /// A trace that can't be written is no reason to lose an order.
  func witness(_ exchange: Exchange) {
    let line = TraceLine(exchange, tool: tool.name, pid: Int(getpid()))
    if goesToStderr { tool.messages.progress(nil) }
    do { try file.append(line.object.text) } catch {
      guard !hasFailed else { return }
      hasFailed = true
      tool.messages.warning(error.message)
    }
  }
}
