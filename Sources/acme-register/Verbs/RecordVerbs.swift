import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// A verb that says which DNS records bind names to the account. The account document is enough for it.
protocol RecordVerb: HolderStep {
  var names: [String] { get }

  /// The lines of a zone file for one name.
  func records(for identifier: Identifier, of account: AccountDocument) throws -> [String]
}

extension RecordVerb {
  var input: Input? { nil }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let identifiers = try names.map { name in try reading("NAME") { try Identifier(typed: name) } }.unique
    let account = try account(tool)
    let lines = try identifiers.flatMap { try records(for: $0, of: account) }
    let count = lines.count == 1 ? "1 record" : "\(lines.count) records"
    return .text(lines.map { $0 + "\n" }.joined(), "\(count) for the account \(account.url)")
  }

  private func account(_ tool: Tool) throws -> AccountDocument {
    guard var known = try holder.account.load(tool) else {
      let account = try holder.lookUp(tool).account
      try account.refuseUnlessValid()
      return account
    }
    let directory = try holder.ca.directory(of: known.ca.directory, tool)
    // One that was named is checked; nothing has to be signed.
    if holder.key.isGiven { _ = try holder.key.signer(of: known, tool) }
    try known.refuseUnlessValid()
    known.ca = try holder.ca.client(for: directory, known: known.ca, signer: nil, tool).ca()
    return known
  }
}

struct CAAVerb: RecordVerb {
  static let configuration = CommandConfiguration.verb(
    "caa", of: "acme-register", abstract: "Say the CAA records by which this account alone gets certificates for names."
  )
  static let outputKind = OutputKind.text

  @Argument(help: ArgumentHelp("A DNS name (*. before it for wildcards).", valueName: "name"))
  var names: [String]

  @Option(
    help: ArgumentHelp("Let control be proved by this challenge type alone. Repeatable.", valueName: "type"),
    completion: .list(Challenge.Kind.known.map(\.rawValue)), transform: CAAVerb.method)
  var type: [Challenge.Kind] = []

  @OptionGroup var holder: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func records(for identifier: Identifier, of account: AccountDocument) throws -> [String] {
    try account.caaRecords(for: identifier, by: type.unique)
  }

  /// RFC 8657 §4: the label of a method. Whoever knows of one that we don't may name it.
  private static func method(_ text: String) throws -> Challenge.Kind {
    guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "-") == $0 || $0.isLetterOrDigit }) else {
      throw ValidationError("--type takes a challenge type, such as dns-01")
    }
    guard text == text.lowercased() else { throw ValidationError("--type takes a challenge type in lower case") }
    return Challenge.Kind(rawValue: text)
  }
}

struct PersistVerb: RecordVerb {
  static let configuration = CommandConfiguration.verb(
    "persist", of: "acme-register", abstract: "Say the records of dns-persist-01 that prove names for this account.")
  static let outputKind = OutputKind.text

  @Argument(help: ArgumentHelp("A DNS name (*. before it for a wildcard).", valueName: "name"))
  var names: [String]

  @OptionGroup var holder: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func records(for identifier: Identifier, of account: AccountDocument) throws -> [String] {
    [try account.standingRecord(for: identifier)]
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
