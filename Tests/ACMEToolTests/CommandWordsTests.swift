import ACMECore
import Testing

@testable import ACMETool

@Suite struct CommandWordsTests {
  @Test(arguments: [
    ("a", ["a"]), ("  a\tb\n c ", ["a", "b", "c"]), ("'a b' c", ["a b", "c"]), (#""a b""c" d"#, ["a bc", "d"]),
    (#"a\ b \"c\\"#, ["a b", #""c\"#]), (#"'a\b'"#, [#"a\b"#]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]), ("a ''", ["a", ""]),
    ("a $HOME `id` ; | * ~ > x", ["a", "$HOME", "`id`", ";", "|", "*", "~", ">", "x"]), ("é'ß'", ["éß"]),
  ])
  func `a command is split at blanks, and nothing is expanded`(_ text: String, _ words: [String]) throws {
    #expect(try CommandWords(Octets(text)).words.map(\.description) == words)
  }

  @Test(arguments: ["", "  ", "'a", "\"a", "a\\", "''", "a\0b"])
  func `what is no command is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try CommandWords(Octets(text)) }
  }
}
