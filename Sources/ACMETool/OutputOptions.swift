package import ArgumentParser

package struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write to FILE, whole or not at all, instead of stdout.", valueName: "file"),
    transform: nonEmpty)
  package var output: String?

  @Flag(help: "Leave FILE alone, and its time, if it holds the same already.")
  package var ifChanged = false

  package init() {}

  package func validate() throws {
    guard !ifChanged || file != nil else { throw ValidationError("--if-changed needs -o FILE") }
  }

  /// The file to write; nil for stdout.
  var file: String? { output == "-" ? nil : output }
}

/// An option whose value is empty was meant otherwise: an unset variable, most likely.
package func nonEmpty(_ value: String) throws -> String {
  guard !value.isEmpty else { throw ValidationError("an empty value was given") }
  return value
}
