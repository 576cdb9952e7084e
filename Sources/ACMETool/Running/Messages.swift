package import ACMECore
internal import Glibc

/// All that is ever said on stderr, in one voice: the tool's name, what it is, then lower case without a full stop.
/// Only lessons speak in sentences. Text from outside is escaped here, once.
package struct Messages: Sendable {
  /// A message may hold several pieces of foreign text, each cut already where it was put in.
  private static let longest = 4000
  private static let lessonWidth = 78

  let tool: String
  let isQuiet: Bool
  let verbosity: Int
  package let isExplaining: Bool

  init(tool: String, isQuiet: Bool, verbosity: Int = 0, isExplaining: Bool = false) {
    self.tool = tool
    self.isQuiet = isQuiet
    self.verbosity = verbosity
    self.isExplaining = isExplaining
  }

  package func error(_ failure: Failure) {
    line(.error, failure.message)
    for subproblem in failure.problem?.subproblemLines ?? [] { line("  \(subproblem)") }
    if let hint = failure.hint, !isQuiet { line(.hint, hint) }
  }

  package func warning(_ text: String) {
    if !isQuiet { line(.warning, text) }
  }

  /// What has been done, and what came of it, in a person's words.
  package func step(_ text: @autoclosure () -> String) {
    if verbosity > 0 { line(text()) }
  }

  /// What was asked of the CA, and what it answered.
  package func exchange(_ text: @autoclosure () -> String) {
    if verbosity > 1 { line(text()) }
  }

  /// Whole lines of at most 78 columns, the tool's name included, where their words let them.
  package func explain(_ lesson: Lesson) {
    for line in lesson.lines(width: Self.lessonWidth - tool.count - 2) { write("\(tool): \(line)\n") }
  }

  /// A line of another program, escaped already.
  func foreign(_ line: String) {
    progress(nil)
    write(line + "\n")
  }

  /// What is being waited for, on a terminal only: each overwrites the one before, nil takes it away.
  package func progress(_ text: String?) {
    guard !isQuiet, verbosity == 0, !isExplaining, isatty(STDERR_FILENO) == 1 else { return }
    // One that filled the line, or went on in the next, couldn't be taken away again.
    let room = max(10, columns - tool.count - 5)
    write("\r\u{1B}[K\(text.map { "\(tool): \($0.shown(limit: room))" } ?? "")")
  }

  private var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// One write a line, so that the lines of a pipeline's tools don't mix.
  private func line(_ text: String) {
    write("\(tool): \(text.shown(limit: Self.longest))\n")
  }

  private func line(_ kind: MessageKind, _ text: String) {
    write("\(tool): \(kind.shown) \(text.shown(limit: Self.longest))\n")
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
