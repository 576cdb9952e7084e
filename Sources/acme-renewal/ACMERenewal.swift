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

  @OptionGroup var survey: SurveyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  var input: Input? { files.isEmpty ? Input("a PEM certificate or chain", or: "FILE") : nil }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let subjects = files.isEmpty ? [try Subject(input)] : files.map(Subject.init)
    let findings = try Survey(survey, tool).findings(on: subjects)
    let failure = try findings.sayFailures(tool)
    let renewals = findings.compactMap { finding in finding.renewal.map { (finding.subject, $0) } }
    for (subject, renewal) in renewals { tool.messages.step("\(subject): \(renewal.inWords)") }
    let due = renewals.filter(\.1.isDue).count
    return .documents(
      renewals.map { $1.object(file: $0.file?.description) }, "\(due) of \(renewals.count) due for renewal",
      failure ?? (due > 0 ? .done : .notDue))
  }
}
