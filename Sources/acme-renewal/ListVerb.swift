import ACMECore
import ACMETool
import ArgumentParser

/// What there is, and what of it is due when, for people.
struct ListVerb: Step {
  static let configuration = CommandConfiguration.verb(
    "list", of: "acme-renewal", abstract: "Show a table of certificates, the soonest due first.")
  static let outputKind = OutputKind.text

  @Argument(
    help: ArgumentHelp("A PEM certificate or chain.", valueName: "file"), completion: .file(),
    transform: Path.init(argument:))
  var files: [Path]

  @OptionGroup var survey: SurveyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  var input: Input? { nil }

  func needs(_ tool: Tool) -> [Need] { files.map(Need.fileIfThere) + survey.needs(tool) }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let survey = try Survey(survey, tool)
    let findings = try survey.findings(on: files.map(Subject.init))
    let failure = try findings.sayFailures(tool)
    let rows = findings.compactMap { finding in
      finding.renewal.map { Row(finding.subject, $0, at: survey.now) }
    }
    let sorted = rows.enumerated().sorted { ($0.element.renewAt, $0.offset) < ($1.element.renewAt, $1.offset) }
    return .text(
      Table(sorted.map(\.element.cells), under: Row.heads).text, "a table of \(rows.count)", failure ?? .done)
  }
}

/// A certificate in the table.
private struct Row {
  static let heads = ["FILE", "NAMES", "ISSUER", "LEFT", "DUE"]

  private static let longestFile = 60
  private static let longestNames = 40
  private static let longestIssuer = 30

  let cells: [String]
  /// What is missing has no time to be renewed at: it comes first.
  let renewAt: Int64

  init(_ subject: Subject, _ renewal: Renewal, at now: Timestamp) {
    let file = subject.description.shown(limit: Self.longestFile)
    renewAt = renewal.renewAt?.seconds ?? .min
    guard case .certificate(let certificate, let lifetime) = subject.found, let moment = renewal.renewAt else {
      cells = [file, "", "", "missing", "now"]
      return
    }
    let left = lifetime.end.seconds - now.seconds
    let issuer = certificate.issuerOrganizations.first ?? certificate.issuer
    cells = [
      file, Self.names(of: certificate), issuer.shown(limit: Self.longestIssuer),
      left < 0 ? "expired" : Self.span(left),
      renewal.isDue ? "now" : "in \(Self.span(moment.seconds - now.seconds)), \(moment)",
    ]
  }

  /// As many as there is room for, one at least.
  private static func names(of certificate: Certificate) -> String {
    guard let names = try? certificate.identifiers.map(\.value), let first = names.first else {
      return certificate.subject.shown(limit: longestNames)
    }
    var text = first.shown(limit: longestNames)
    for (index, name) in names.enumerated().dropFirst() {
      let longer = "\(text) \(name)"
      guard longer.count <= longestNames else { return "\(text) and \(names.count - index) more" }
      text = longer
    }
    return text
  }

  private static func span(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
    let (size, unit) = units.first { seconds >= 2 * $0.0 } ?? (1, "second")
    let count = seconds / size
    return "\(count) \(unit)\(count == 1 ? "" : "s")"
  }
}

/// Columns as wide as what stands in them.
private struct Table {
  let text: String

  init(_ rows: [[String]], under heads: [String]) {
    let all = [heads] + rows
    let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    text = all.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell + String(repeating: " ", count: width - cell.count + 2) }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
