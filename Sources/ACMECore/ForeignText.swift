extension Unicode.Scalar {
  /// Control, escape, bidirectional and other invisible characters, which may not reach a terminal as they are.
  package var steersTerminal: Bool {
    if isASCII { return value < 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return true
    default: return false
    }
  }
}

extension String {
  /// Text from a CA, a hook or a file as it may be shown: one line, nothing in it that steers a terminal,
  /// and no more than `limit` characters of it.
  package func shown(limit: Int = 1000) -> String {
    var text = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return text + " …" }
      count += 1
      switch scalar {
      case "\n", "\r", "\t": text += " "
      case _ where scalar.strayOctet != nil: text += scalar.strayOctet?.escaped ?? ""
      case _ where scalar.steersTerminal: text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension StringProtocol {
  /// A library's sentence as part of one of ours: it begins in lower case, unless with a name such as OpenSSL.
  package var asClause: String {
    let word = prefix { !$0.isWhitespace && $0 != ":" }
    guard let first = word.first, !word.dropFirst().contains(where: \.isUppercase) else { return String(self) }
    return first.lowercased() + dropFirst()
  }
}

extension String {
  package var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
