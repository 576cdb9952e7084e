import Glibc

/// Something that takes foreign octets. It may refuse them; it may not crash, hang, or contradict itself.
struct Parser: Sendable {
  let name: String
  let parse: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ parse: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.parse = parse
  }

  /// One of text, which everywhere is UTF-8.
  init(text name: String, _ parse: @escaping @Sendable (String) throws -> Void) {
    self.init(name) { bytes in
      if let text = String(validating: bytes, as: UTF8.self) { try parse(text) }
    }
  }
}

/// What scripts/fuzz can be asked for, each with a folder of its name in Seeds.
private let targets: [String: [Parser]] = [
  "command": commandParsers, "der": derParsers, "dns": dnsParsers, "document": documentParsers,
  "header": headerParsers, "http": httpParsers, "json": jsonParsers, "key": keyParsers, "option": optionParsers,
  "pem": pemParsers, "protocol": protocolParsers, "text": textParsers, "trace": traceParsers,
]

private let chosen: [Parser] = {
  guard let name = getenv("FUZZ_TARGET"), let parsers = targets[String(cString: name)] else {
    fatalError("FUZZ_TARGET is none of \(targets.keys.sorted().joined(separator: ", "))")
  }
  return parsers
}()

/// What one way of reading says of an input, another way has to say too.
func expect(_ isSo: Bool, _ what: String) {
  guard isSo else { fatalError("a contradiction: \(what)") }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  for parser in chosen { try? parser.parse(bytes) }
  return 0
}
