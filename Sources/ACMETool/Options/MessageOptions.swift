internal import ACMECore
internal import ArgumentParser

package struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say errors only, without hints.")
  package var quiet = false

  @Flag(name: .shortAndLong, help: "Say each step on stderr; given twice, each exchange with the CA too.")
  var verbose: Int

  @Flag(help: "Explain on stderr, as it happens, what is done and why.")
  package var explain = false

  private static let no = Set(["0", "no", "off", "false"].map { Octets($0) })

  package init() {}

  package func validate() throws {
    guard !quiet || verbose == 0 else { throw ValidationError("-q and -v contradict each other") }
    guard !(quiet && explain) else { throw ValidationError("-q and --explain contradict each other") }
  }

  func messages(of tool: String, _ environment: Environment) -> Messages {
    let isAskedFor = environment["ACME_EXPLAIN"].map { !Self.no.contains($0) } ?? false
    return Messages(
      tool: tool, isQuiet: quiet, verbosity: verbose, isExplaining: explain || isAskedFor && !quiet)
  }
}
