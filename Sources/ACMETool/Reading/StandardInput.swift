package import ACMECore
internal import Glibc

/// What a step reads from stdin.
package struct Input {
  /// What it should hold, for the message where it is a terminal or empty.
  let need: String
  /// What may be given instead.
  let option: String?
  /// Whether the step has something to do with a problem document too.
  let mayBeProblem: Bool

  package init(_ need: String, or option: String? = nil) {
    self.need = need
    self.option = option
    mayBeProblem = false
  }

  package init(_ format: DocumentFormat, orProblem mayBeProblem: Bool = false) {
    need = format.title
    option = nil
    self.mayBeProblem = mayBeProblem
  }
}

/// What stdin is read into: octets, or a secret.
package protocol InputContent {
  /// Nothing.
  init()
  static func taking(_ octets: SecretBytes) -> Self
  /// The JSON object that it is; nil where it is something else.
  var object: JSONObject? { get }
}

extension [UInt8]: InputContent {
  package static func taking(_ octets: SecretBytes) -> [UInt8] { Array(octets) }

  package var object: JSONObject? { looksLikeJSON ? try? JSONObject(parsing: self) : nil }
}

extension SecretBytes: InputContent {
  package static func taking(_ octets: SecretBytes) -> SecretBytes { octets }

  package var object: JSONObject? { looksLikeJSON ? try? PrivateKey.hidingSecrets(in: self) : nil }
}

extension Tool {
  /// All of stdin.
  func read<Content: InputContent>(_ input: Input) throws -> Content {
    let need = input.need
    let stdin = FileDescriptor.standardInput
    guard !stdin.isTerminal else {
      let command = usage.split(separator: " ").filter { !$0.hasSuffix(":") }.prefix { !"[<".contains($0.prefix(1)) }
      throw Failure(
        .usage, "\(need) is needed on stdin, which is a terminal",
        hint: input.option.map { "\(command.joined(separator: " ")) \($0) …" } ?? usage)
    }
    let isOutput = stdin.status?.isSameFile(as: FileDescriptor.standardOutput.status) ?? false
    let octets: SecretBytes?
    do {
      octets = try stdin.readSecret(limit: Files.maxSize)
    } catch {
      // A closed stdin has nothing in it, like an empty one.
      guard error.code == EBADF else { throw Failure(error, reading: "stdin") }
      octets = SecretBytes()
    }
    guard let octets else { throw Failure(.input, "stdin holds more than \(Files.maxSize >> 20) MiB") }
    guard octets.afterByteOrderMark.contains(where: { !$0.isBlank }) else {
      guard let status = stdin.status, status.isRegular else {
        throw Failure(
          .input, "nothing on stdin (did the command before it fail?)", hint: "\(need) is needed there")
      }
      throw Failure(
        .input, "nothing on stdin, which is an empty file",
        hint: isOutput ? Files.redirection : "\(need) is needed there; a > of the same line empties a file too")
    }
    guard !isOutput else {
      throw Failure(
        .usage, "stdin and stdout are the same file, which would be written while it is read",
        hint: "write with -o FILE, which replaces it when all is done")
    }
    let content = Content.taking(octets)
    if !input.mayBeProblem, let problem = problem(in: content) { throw earlierFailure(problem) }
    return content
  }

  /// The document of the kind `format` that stdin held.
  package func document(_ format: DocumentFormat, in bytes: [UInt8]) throws -> JSONObject {
    let object = try object(format, in: bytes, of: "stdin")
    return try reading("stdin") {
      let found = try DocumentFormat(of: object)
      guard found == format else { throw Malformed("\(found.title) where \(format.title) is needed") }
      return object
    }
  }

  /// The certificate request that stdin held.
  package func request(in bytes: [UInt8]) throws(Failure) -> CertificateRequest {
    try reading("stdin") {
      if let found = try? bytes.object.map(DocumentFormat.init(of:)) {
        throw Malformed(
          "\(found.title) where a certificate request is needed",
          hint: found == .order ? "the request of the order is in it: jq -r .csr" : nil)
      }
      return try CertificateRequest(bytes)
    }
  }

  /// The JSON object that a document has to be.
  package func object(_ format: DocumentFormat, in bytes: [UInt8], of source: String) throws -> JSONObject {
    if let label = bytes.pemLabel {
      throw Failure(
        .input, "\(source): a PEM block \"\(label)\" where \(format.title) is needed", hint: format.maker)
    }
    return try reading(source) { try JSONObject(parsing: bytes) }
  }
}

extension [UInt8] {
  /// What stands after BEGIN, if this begins with PEM.
  fileprivate var pemLabel: String? {
    let text = String(decoding: withoutByteOrderMark.prefix(200), as: UTF8.self).drop { $0.isWhitespace }
    guard text.hasPrefix("-----BEGIN ") else { return nil }
    let label = text.dropFirst(11).prefix { $0 != "-" && !$0.isNewline }
    return String(label).shown(limit: 60)
  }
}
