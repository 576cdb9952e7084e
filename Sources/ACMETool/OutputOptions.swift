package import ArgumentParser

/// Where a step's product goes.
package protocol Destination: ParsableArguments {
  /// The file to write; nil for stdout.
  var file: Path? { get }
  /// Whether a file that holds the same already keeps its time.
  var ifChanged: Bool { get }
}

package struct OutputOptions: Destination {
  @OptionGroup private var target: KeyOutputOptions

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
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to FILE, whole or not at all, instead of stdout.", valueName: "file"),
    completion: .file(),
    transform: Path.init(argument:))
  package var output: Path?

  package init() {}

  package var file: Path? { output.flatMap { Self.namesOfStdout.contains($0) ? nil : $0 } }

  private static let namesOfStdout: [Path] = [
    Path("-"), Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1"),
  ]
  package var ifChanged: Bool { false }
}

/// An option whose value is empty was meant otherwise: an unset variable, most likely.
package func nonEmpty(_ value: String) throws -> String {
  guard !value.isEmpty else { throw ValidationError("an empty value was given") }
  return value
}
