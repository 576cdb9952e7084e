internal import ArgumentParser

package struct OutputOptions: Destination {
  @OptionGroup private var target: FileOption

  @Flag(help: "Leave FILE alone, and its time, if it holds the same already.")
  package var ifChanged = false

  package init() {}

  package func validate() throws {
    guard !ifChanged || file != nil else { throw ValidationError("--if-changed needs -o FILE") }
  }

  package var file: Path? { target.file }
}

/// The same for a private key, of which no second one is ever equal.
package struct KeyOutputOptions: Destination {
  @Flag(help: "Write over a file that is there already.")
  package var force = false

  @OptionGroup private var target: FileOption

  package init() {}

  package var file: Path? { target.file }

  package var ifChanged: Bool { false }

  package func prove() throws {
    guard let file else { return try FileDescriptor.standardOutput.refuseClosed() }
    let target = try AtomicFile(file)
    if !force { try target.refuseToReplace() }
    try target.prove()
  }
}

/// Of a tool that writes nothing.
package struct NoOutput: Destination {
  package func prove() {}

  package init() {}

  package var file: Path? { nil }

  package var ifChanged: Bool { false }
}

private struct FileOption: ParsableArguments {
  @Option(name: .shortAndLong, file: "Write to FILE, whole or not at all, instead of stdout.")
  var output: Path?

  var file: Path? { output.flatMap { Self.namesOfStdout.contains($0) ? nil : $0 } }

  private static let namesOfStdout: [Path] = [
    Path("-"), Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1"),
  ]
}
