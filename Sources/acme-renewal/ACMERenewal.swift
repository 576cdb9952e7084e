import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Says of certificates whether they are to be renewed, a document each.
@main
struct ACMERenewal: Step {
  static let configuration = CommandConfiguration(
    commandName: "acme-renewal",
    abstract: "Say whether certificates are due for renewal.",
    discussion: "Ends with 0 if one is due, and with 1 if none is yet.",
    version: suiteVersion,
    subcommands: [ListVerb.self])
  static let outputKind = OutputKind.document
  static let takesWords = true

  @Argument(
    help: ArgumentHelp("A PEM certificate or chain, instead of stdin.", valueName: "file"), completion: .file(),
    transform: Path.init(argument:))
  var files: [Path] = []

  @Option(
    help: ArgumentHelp("Look at what a server shows, instead of stdin or beside FILE.", valueName: "host:port"),
    transform: ServedAddress.init(text:))
  var served: ServedAddress?

  @OptionGroup var survey: SurveyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func validate() throws {
    guard !files.contains(Path("-")) else { throw ValidationError("stdin is read where no FILE is named, not by -") }
    let verb = Path("list")
    guard !files.contains(verb) || !verb.isMissing else {
      throw ValidationError("'list' is no file here. A verb comes first")
    }
    guard served != nil else { return }
    guard files.count < 2 else { throw ValidationError("--served looks at one server, and goes with one FILE") }
    guard !survey.offline else { throw ValidationError("--offline and --served contradict each other") }
  }

  var input: Input? {
    files.isEmpty && served == nil ? Input("a PEM certificate or chain", or: "FILE") : nil
  }

  func needs(_ tool: Tool) -> [Need] {
    files.map(Need.fileIfThere) + survey.needs(tool) + (served == nil ? [] : [.network])
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let shown = try look(tool)
    let subjects: [Subject]
    if let shown, files.isEmpty {
      subjects = [Subject(shown)]
    } else {
      subjects = files.isEmpty ? [try Subject(input)] : files.map(Subject.init)
    }
    if let difference = shown?.difference(from: subjects[0]) { tool.messages.warning(difference) }
    let findings = try Survey(survey, tool).findings(on: subjects)
    let failure = try findings.sayFailures(tool)
    let renewals = findings.compactMap { finding in finding.renewal.map { (finding.subject, $0) } }
    for (subject, renewal) in renewals { tool.messages.step("\(subject): \(renewal.inWords)") }
    let due = renewals.filter(\.1.isDue).count
    return .documents(
      renewals.map { subject, renewal in
        var object = renewal.object(file: subject.file?.description)
        object["served"] = shown.map { .object($0.object(beside: files.isEmpty ? nil : subject)) }
        return object
      }, "\(due) of \(renewals.count) due for renewal",
      failure ?? (due > 0 ? .done : .notDue))
  }

  /// What the server shows; nil where none is to be looked at, or where it can't be and there is a file to go by.
  private func look(_ tool: Tool) throws -> Served? {
    guard let served else { return nil }
    guard !survey.ca.witnessing.isReplaying(tool) else {
      throw Failure(.usage, "a trace has nothing of what a server shows: --served doesn't go with --replay")
    }
    let seconds = try survey.ca.time.budget(tool, most: Served.patience).remaining
    do throws(Failure) { return try Served(served, within: seconds) } catch {
      guard !files.isEmpty else { throw error }
      tool.messages.warning(error.message)
      return nil
    }
  }
}
