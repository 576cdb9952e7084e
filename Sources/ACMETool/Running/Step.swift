package import ACMECore
package import ArgumentParser

/// A tool, or one verb of a tool: parses its options, does one step, and gives back what is to be written.
///
/// `Step.start` keeps the order of events: the arguments are parsed, the output is proved, what isn't needed is given up,
/// what can be done without stdin is done while that is awaited, it is read, the step is performed, its product written.
package protocol Step: ParsableCommand {
  associatedtype Output: Destination
  /// What stdin is read into.
  associatedtype Content: InputContent

  static var outputKind: OutputKind { get }
  var messageOptions: MessageOptions { get }
  var output: Output { get }
  /// What is read from stdin; nil where nothing is.
  var input: Input? { get }
  /// Whether words that are no options may come first, in a tool that has verbs.
  static var takesWords: Bool { get }

  /// The programs of the user's that the step may run; nil where it runs none.
  func programs(_ tool: Tool) throws -> Programs?

  /// All that the step does with files, tokens and the network, but for its output: what isn't here, it can't do.
  func needs(_ tool: Tool) -> [Need]

  /// Makes ready what will be needed whatever stdin holds, and goes on with it until `stdin` has something to be read. What
  /// fails here is left to `perform`, which says so.
  func prepare(_ tool: Tool, untilReadable stdin: Int32)

  /// - Parameter input: all of stdin; nothing where the step reads nothing.
  func perform(_ input: Content, _ tool: Tool) throws -> Product

  /// The options, each begun with a blank, that a line needs, too, which goes on with the order in the same shell.
  var said: String { get }

  /// How a person gets back what the step did elsewhere, where `product` can't be written; nil where nothing is lost by
  /// that.
  func wayBack(to product: Product, _ tool: Tool) -> String?
}

extension Step {
  /// Never called: `Step.start` runs a step by `perform`.
  package func run() throws {}

  package static var takesWords: Bool { false }

  package func programs(_ tool: Tool) -> Programs? { nil }

  package func prepare(_ tool: Tool, untilReadable stdin: Int32) {}

  package var said: String { "" }

  package func wayBack(to product: Product, _ tool: Tool) -> String? { nil }
}

/// What a tool's output is, which decides how its failures travel down the pipe.
package enum OutputKind: Sendable {
  /// JSON: a failure is written as an `acme-problem/1`.
  case document
  /// PEM or plain text: a failure writes nothing.
  case text
}

/// What a step has made, and what it is in a person's words.
package enum Product {
  case document(JSONObject, String)
  /// Several, a line each, and the status that says what they come to.
  case documents([JSONObject], String, ExitStatus)
  case text(String, String, ExitStatus = .done)
  case octets([UInt8], String)
  /// A private key: readable by its owner alone, and never written over another file unasked.
  case secret(SecretBytes, String, mayReplace: Bool)
  /// All that was done was done elsewhere.
  case nothing

  /// nil where nothing is written.
  var inWords: String? {
    switch self {
    case .document(_, let words), .text(_, let words, _), .octets(_, let words), .secret(_, let words, _),
      .documents(_, let words, _):
      words
    case .nothing: nil
    }
  }

  /// What the tool ends with, once this is written.
  var status: ExitStatus {
    switch self {
    case .documents(_, _, let status), .text(_, _, let status): status
    case .document, .octets, .secret, .nothing: .done
    }
  }
}

extension CommandConfiguration {
  /// A verb of `tool`, whose usage is shown as it is typed.
  package static func verb(_ name: String, of tool: String, abstract: String) -> CommandConfiguration {
    CommandConfiguration(commandName: name, _superCommandName: tool, abstract: abstract, version: suiteVersion)
  }
}
