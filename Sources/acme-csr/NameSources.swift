import ACMECore
import ACMETool
import ArgumentParser

/// Names that don't stand on the command line.
struct NameSources: ParsableArguments {
  @Option(file: "Names from FILE too, one a line; # begins a comment.")
  var namesFrom: Path?

  @Option(file: "The names of the certificate in FILE too.")
  var fromCert: Path?

  /// All names, each once.
  func identifiers(and typed: [String]) throws -> [Identifier] {
    var identifiers = try reading("the names") { try typed.map { try Identifier(typed: $0) } }
    if let file = namesFrom {
      let names = try reading(file.description) { try Self.names(in: Files.contents(of: file)) }
      identifiers += try reading(file.description) { try names.map { try Identifier(typed: $0) } }
    }
    if let file = fromCert {
      identifiers += try reading(file.description) { try Certificate.first(inPEM: Files.read(file)).identifiers }
    }
    guard !identifiers.isEmpty else { throw Failure(.input, "there is no name to make a request for") }
    return identifiers.unique
  }

  private static func names(in bytes: [UInt8]) throws -> [String] {
    guard let text = String(validating: bytes.withoutByteOrderMark, as: UTF8.self) else {
      throw Malformed("the names are not UTF-8")
    }
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      let name = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return name.isEmpty ? nil : name
    }
  }
}
