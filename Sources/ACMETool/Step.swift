package import ACMECore
package import ArgumentParser

/// What a tool's output is, which decides how its failures travel down the pipe.
package enum OutputKind: Sendable {
  /// JSON: a failure is written as an `acme-problem/1`.
  case document
  /// PEM or plain text: a failure writes nothing.
  case text
}

/// What a step has made.
package enum Product {
  case document(JSONObject)
  case text(String)
  /// A private key: readable by its owner alone, and never written over another file unasked.
  case secret([UInt8], mayReplace: Bool)
}

/// A tool, or one verb of a tool: parses its options, does one step, and gives back what is to be written.
package protocol Step: ParsableCommand {
  associatedtype Output: Destination

  static var outputKind: OutputKind { get }
  var messageOptions: MessageOptions { get }
  var output: Output { get }
  /// The programs of the user's that the step may run.
  var programs: Programs? { get }

  /// Throws `Failure` 73 where the output can't be created: before anything is read, so that who writes to this tool
  /// finds its reader gone.
  func proveOutput() throws

  func perform(_ tool: Tool) throws -> Product

  /// How a person gets back what the step did elsewhere, where its product can't be written; nil where nothing is lost
  /// by that.
  func wayBack(_ tool: Tool) -> String?
}

extension Step {
  /// Never called: `Step.start` runs a step by `perform`.
  package func run() throws {}

  package var programs: Programs? { nil }

  package func wayBack(_ tool: Tool) -> String? { nil }

  package func proveOutput() throws { try output.prove() }
}

package struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say errors only, without hints.")
  package var quiet = false

  @Flag(name: .shortAndLong, help: "Say each step on stderr.")
  package var verbose = false

  @Flag(help: "Explain on stderr, as it happens, what is done and why.")
  package var explain = false

  package init() {}

  package func validate() throws {
    guard !(quiet && verbose) else { throw ValidationError("-q and -v contradict each other") }
    guard !(quiet && explain) else { throw ValidationError("-q and --explain contradict each other") }
  }

  func messages(of tool: String, _ environment: Environment) -> Messages {
    let isAskedFor = environment["ACME_EXPLAIN"].map { $0 != Octets("0") } ?? false
    return Messages(
      tool: tool, isQuiet: quiet, isVerbose: verbose, isExplaining: explain || isAskedFor && !quiet)
  }
}
