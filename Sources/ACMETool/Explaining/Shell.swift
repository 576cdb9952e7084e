internal import ACMECore

/// Pieces of command lines for bash.
package enum Shell {
  /// What prints `text`, which may hold anything.
  package static func print(_ text: String) -> String { "printf %s \(quoted(text))" }

  /// A file with these bytes, as far as a command can tell.
  package static func file(_ bytes: [UInt8]) -> String { "<(\(print(bytes)))" }

  package static func print(_ bytes: [UInt8]) -> String { "echo \(base64(bytes)) | base64 -d" }

  /// Turns the few bytes that are piped into it to base64url.
  package static let base64URL = "base64 | tr '+/' '-_' | tr -d ="

  /// The name of a file. Octets that are no UTF-8 go into `$'…'`.
  package static func quoted(_ path: Path) -> String {
    guard String(validating: path.octets.bytes, as: UTF8.self) == nil else { return quoted(path.octets.description) }
    let letters = path.octets.bytes.map { octet in
      isPlain(octet) ? String(Unicode.Scalar(octet)) : octet.escaped
    }
    return "$'\(letters.joined())'"
  }

  /// A command as one word, which is split again where it is read.
  package static func quoted(_ command: CommandWords) -> String {
    quoted(command.words.map { quoted($0.description) }.joined(separator: " "))
  }

  /// An option with the file that it named; nil where it named none that can be read again.
  package static func option(_ name: String, _ file: Path?) -> String? {
    file.flatMap { $0.isLasting ? "\(name) \(quoted($0))" : nil }
  }

  package static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.utf8.allSatisfy(isPlain)
    return isPlain
      ? word : "'\(word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return byte < 0x80 && (character.isLetter || character.isNumber || "-_./:=+@%,".contains(character))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let letters = Base64URL.encode(bytes).map { character -> Character in
      switch character {
      case "-": "+"
      case "_": "/"
      default: character
      }
    }
    return String(letters) + String(repeating: "=", count: (4 - letters.count % 4) % 4)
  }
}
