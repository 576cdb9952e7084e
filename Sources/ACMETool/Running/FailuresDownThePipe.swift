package import ACMECore
internal import Glibc

/// A problem document came in instead of what was needed.
package struct EarlierFailure: Error {
  let problem: ProblemDocument
  /// From a pipe, the tool before has said all there is to say.
  let isFromPipe: Bool

  /// What is said where it was kept in a file.
  var repeated: Failure {
    Failure(
      problem.exit, "stdin holds an earlier failure: \(problem.tool.shown(limit: 50)): \(problem.message)",
      hint: problem.hint, problem: (problem.object["problem"]?.object).map(Problem.init))
  }
}

extension Tool {
  /// The problem document that `bytes` are; nil where they are something else.
  package func problem(in bytes: some InputContent) -> ProblemDocument? {
    try? bytes.object.map(ProblemDocument.init)
  }

  /// `problem` as the end of this tool too.
  package func earlierFailure(_ problem: ProblemDocument) -> EarlierFailure {
    let status = FileDescriptor.standardInput.status
    return EarlierFailure(
      problem: problem, isFromPipe: status.map { $0.isOf(S_IFIFO) || $0.isOf(S_IFSOCK) } ?? false)
  }
}

extension Sink {
  /// Sends a failure down the pipe, where that is what the tool's output is.
  func pass(on problem: ProblemDocument, kind: OutputKind) {
    guard kind == .document, isFailureWritten else { return }
    // A reader that is gone changes nothing: the failure that is reported is the first one.
    try? FileDescriptor.standardOutput.write(Array((problem.object.text + "\n").utf8))
  }
}
