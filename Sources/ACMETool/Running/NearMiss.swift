internal import ACMECore
internal import ArgumentParser

/// Arguments that are nearly right, and that the parser would take for something else.
extension Step {
  /// Throws for a long option with one dash: `-key` would be read as `-k`, `-e` and `-y`.
  static func refuseSingleDash(in arguments: [String]) throws {
    for word in arguments.prefix(while: { $0 != "--" })
    where word.hasPrefix("-") && !word.hasPrefix("--") && word.count > 2 {
      let name = String(word.dropFirst().prefix { $0 != "=" })
      if let option = option(like: name) {
        throw ValidationError("\(word): a long option has two dashes. Did you mean \(option)?")
      }
      if let verb = verbs.first(where: { $0.option(like: name) != nil }), let option = verb.option(like: name) {
        throw ValidationError(
          "\(word): a long option has two dashes. Did you mean \(_commandName) \(verb._commandName) \(option)?")
      }
    }
  }

  /// The long option of that name; or the only one that ends so, or the only one of these that has the first letter of
  /// `name` as its short form.
  private static func option(like name: String) -> String? {
    let words = helpMessage().split { !($0.isLetter || $0 == "-") }
    let options = Set(words.filter { $0.hasPrefix("--") })
    let short = zip(words, words.dropFirst()).filter { $0.0 == "-\(name.prefix(1))" }.map(\.1)
    let ending = options.filter { $0.hasSuffix("-\(name)") }
    let found = options.contains("--\(name)") ? ["--\(name)"] : ending.count == 1 ? ending : ending.intersection(short)
    return found.count == 1 ? found.first.map(String.init) : nil
  }

  /// Throws for a first word that is no verb, in a tool that takes nothing else there.
  static func refuseUnknownVerb(_ word: String?) throws {
    guard let word, !takesWords, word != "help", !word.isEmpty, !word.hasPrefix("-"), !verbs.isEmpty else { return }
    let advice =
      verb(like: word).map { "Did you mean \(_commandName) \($0)?" }
      ?? "Its verbs are \(verbs.map { $0._commandName }.joined(separator: ", "))"
    throw ValidationError("'\(word)' is no verb of \(_commandName). \(advice)")
  }

  /// Throws for a word that was meant as a verb, in a tool that takes files there too, and is no file.
  static func refuseAlmostVerb(in arguments: [String]) throws {
    guard takesWords else { return }
    for (index, word) in arguments.enumerated() where !word.hasPrefix("-") {
      let isValue = index > 0 && arguments[index - 1].hasPrefix("-")
      guard !isValue, let verb = verb(like: word), word.isSlip(of: verb),
        Path(Octets(carried: word)).map({ (try? $0.status) == nil }) ?? false
      else { continue }
      let advice = index == 0 || word != verb ? "Did you mean \(_commandName) \(verb)?" : "A verb comes first"
      throw ValidationError("'\(word)' is no file here. \(advice)")
    }
  }

  /// What to say where `message` complains of what a verb would have taken that stands too late.
  static func lateVerb(in arguments: [String], after message: String) -> String? {
    guard ["Unknown option", "Unexpected argument"].contains(where: message.hasPrefix),
      let verb = arguments.dropFirst().lazy.compactMap({ verb(like: $0) }).first
    else { return nil }
    return "a verb comes first: \(_commandName) \(verb) …"
  }

  /// The verb that was most likely meant.
  private static func verb(like word: String) -> String? {
    let word = word.lowercased()
    guard (3...20).contains(word.count), !word.hasPrefix("-") else { return nil }
    let near = verbs.map { ($0._commandName, word.distance(to: $0._commandName)) }.filter {
      $0.1 <= 2 && $0.1 * 2 <= $0.0.count || $0.0.hasPrefix(word)
    }
    return near.min { $0.1 < $1.1 }?.0
  }
}

extension String {
  /// Whether letters of `word` were left out, doubled or swapped. One for another makes a name that a file may have.
  fileprivate func isSlip(of word: String) -> Bool { count != word.count || lowercased().sorted() == word.sorted() }

  /// How many letters have to be put in, left out or changed to make `other` of it (Levenshtein).
  fileprivate func distance(to other: String) -> Int {
    var row = Array(0...other.count)
    for (line, letter) in enumerated() {
      var corner = row[0]
      row[0] = line + 1
      for (column, wanted) in other.enumerated() {
        let changed = corner + (letter == wanted ? 0 : 1)
        corner = row[column + 1]
        row[column + 1] = Swift.min(changed, corner + 1, row[column] + 1)
      }
    }
    return row[other.count]
  }
}
