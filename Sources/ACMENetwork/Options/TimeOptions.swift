package import ACMECore
package import ACMETool
package import ArgumentParser

/// How long the tool's own work may take.
package struct TimeOptions: ParsableArguments {
  private static let allowed = 1...31_536_000

  @Option(help: ArgumentHelp("The budget of the tool's own work (default: 300).", valueName: "seconds"))
  package var timeout: Int?

  package init() {}

  package func validate() throws {
    guard timeout.map(Self.allowed.contains) ?? true else {
      throw ValidationError("--timeout takes a number of seconds from 1 to \(Self.allowed.upperBound)")
    }
  }

  /// The budget, which begins now: from the option, from ACME_TIMEOUT, or five minutes; but no more than `most`
  /// seconds.
  package func budget(_ tool: Tool, clock: Clock = Signals.clock, most: Int = .max) throws -> Budget {
    Budget(seconds: min(try seconds(tool), most), clock: clock, hint: "allow more with --timeout, or go on later")
  }

  private func seconds(_ tool: Tool) throws -> Int {
    if let timeout { return timeout }
    guard let text = tool.environment["ACME_TIMEOUT"]?.description else { return 300 }
    guard let number = Int(text), Self.allowed.contains(number) else {
      throw Failure(.usage, "ACME_TIMEOUT is no number of seconds: \(text.shown(limit: 50))")
    }
    return number
  }
}
