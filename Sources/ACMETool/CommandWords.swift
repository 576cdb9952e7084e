package import ACMECore
internal import Glibc

/// A command that a person gave as one text. No shell sees it: it is split at blanks; '…', "…" and \ quote; nothing is
/// expanded.
package struct CommandWords: Sendable {
  package let words: [String]

  package init(_ text: String) throws(Malformed) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      switch (character, quote) {
      case _ where isEscaped:
        // Within "…" a backslash quotes itself and the quotation mark, as in a shell.
        if quote == "\"", character != "\"", character != "\\" { word?.append("\\") }
        word?.append(character)
        isEscaped = false
      case ("\\", nil), ("\\", "\""):
        word = word ?? ""
        isEscaped = true
      case (quote, .some): quote = nil
      case ("'", nil), ("\"", nil):
        word = word ?? ""
        quote = character
      case (_, nil) where character.isWhitespace:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw Malformed("a quotation mark isn't closed") }
    guard !isEscaped else { throw Malformed("there is nothing after the last backslash") }
    if let word { words.append(word) }
    guard let program = words.first, !program.isEmpty else { throw Malformed("there is no command") }
    guard !text.utf8.contains(0) else { throw Malformed("there is a NUL in it") }
    self.words = words
  }

  package init(_ words: [String]) { self.words = words }

  /// Throws `Failure` 71 where there is no such program, or it can't be run: better now than when it is needed.
  package func checkProgram(path: String?) throws(Failure) {
    let program = words[0]
    // As execvp has it.
    let folders = program.contains("/") ? [""] : (path ?? "/bin:/usr/bin").split(separator: ":").map { "\($0)/" }
    var reason = ENOENT
    for folder in folders {
      guard access(folder + program, X_OK) == 0 else {
        if errno == EACCES { reason = errno }
        continue
      }
      return
    }
    throw Failure(.helperFailed, "can't run \(program): \(IOError(reason).reason)")
  }

  /// As it is shown in messages.
  package var text: String { words.joined(separator: " ") }
}
