// Which code points a U-label may hold. RFC 5892 derives that from Unicode properties, so the answer grows
// with the standard library's version of Unicode and needs no table.
extension IDNA {
  enum CodePointClass {
    /// PVALID.
    case valid
    /// CONTEXTJ and CONTEXTO: allowed where a rule of appendix A says so.
    case contextual
    /// DISALLOWED and UNASSIGNED.
    case disallowed
  }

  /// Whether the contextual code point at `index` may stand there (RFC 5892 appendix A).
  static func isAllowed(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    let before = scalars[..<index].last
    let after = scalars[(index + 1)...].first
    switch scalars[index] {
    case "\u{200C}":
      return before?.properties.canonicalCombiningClass == .virama || partsJoiningLetters(at: index, in: scalars)
    case "\u{200D}":
      return before?.properties.canonicalCombiningClass == .virama
    case "\u{00B7}":
      return before == "l" && after == "l"
    case "\u{0375}":
      return after?.isGreek == true
    case "\u{05F3}", "\u{05F4}":
      return before?.isHebrew == true
    case "\u{30FB}":
      return scalars.contains(where: \.isKanaOrHan)
    case "\u{0660}"..."\u{0669}":
      return !scalars.contains { ("\u{06F0}"..."\u{06F9}").contains($0) }
    case "\u{06F0}"..."\u{06F9}":
      return !scalars.contains { ("\u{0660}"..."\u{0669}").contains($0) }
    default:
      return false
    }
  }

  /// Appendix A.1: (Joining_Type:{L,D})(Joining_Type:T)*U+200C(Joining_Type:T)*(Joining_Type:{R,D}).
  private static func partsJoiningLetters(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    guard let before = scalars[..<index].last(where: { !JoiningType.isTransparent($0) }),
      let after = scalars[(index + 1)...].first(where: { !JoiningType.isTransparent($0) })
    else { return false }
    return JoiningType.joinsNext(before) && JoiningType.joinsPrevious(after)
  }
}

extension Unicode.Scalar {
  /// RFC 5892 §3.
  var idnaClass: IDNA.CodePointClass {
    if let exception { return exception }
    if self == "-" { return .valid }
    if properties.isJoinControl { return .contextual }
    // The property covers both what the RFC calls unstable, changed by NFKC and case folding (§2.2), and
    // what Unicode says may be ignored (§2.3).
    if properties.changesWhenNFKCCaseFolded || isInIgnorableBlock || isOldHangulJamo {
      return .disallowed
    }
    return isLetterOrDigit ? .valid : .disallowed
  }

  /// RFC 5892 §2.6. §2.7, for backward compatibility, is still empty.
  private var exception: IDNA.CodePointClass? {
    switch self {
    case "\u{00DF}", "\u{03C2}", "\u{06FD}", "\u{06FE}", "\u{0F0B}", "\u{3007}": .valid
    case "\u{00B7}", "\u{0375}", "\u{05F3}", "\u{05F4}", "\u{30FB}": .contextual
    case "\u{0660}"..."\u{0669}", "\u{06F0}"..."\u{06F9}": .contextual
    case "\u{0640}", "\u{07FA}", "\u{302E}", "\u{302F}", "\u{303B}": .disallowed
    case "\u{3031}"..."\u{3035}": .disallowed
    default: nil
    }
  }

  /// RFC 5892 §2.4: marks for symbols, and two blocks of musical notation.
  private var isInIgnorableBlock: Bool {
    switch value {
    case 0x20D0...0x20FF, 0x1D100...0x1D1FF, 0x1D200...0x1D24F: true
    default: false
    }
  }

  /// RFC 5892 §2.9: the blocks of the parts that modern syllables are written without.
  private var isOldHangulJamo: Bool {
    switch value {
    case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: true
    default: false
    }
  }

  /// RFC 5892 §2.1.
  private var isLetterOrDigit: Bool {
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark,
      .spacingMark, .decimalNumber:
      true
    default: false
    }
  }

  /// RFC 5891 §4.2.3.2.
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}

// The standard library has no property for the script. A code point's name, which never changes,
// begins with the script's.
extension Unicode.Scalar {
  fileprivate var isGreek: Bool { isNamed("GREEK ") }

  fileprivate var isHebrew: Bool { isNamed("HEBREW ") }

  fileprivate var isKanaOrHan: Bool {
    if self == "\u{30FB}" { return false }
    if properties.isUnifiedIdeograph || self == "\u{3005}" || self == "\u{3007}" { return true }
    return isNamed("HIRAGANA ") || isNamed("KATAKANA ") || isNamed("HENTAIGANA ")
  }

  private func isNamed(_ beginning: String) -> Bool {
    properties.name?.hasPrefix(beginning) ?? false
  }
}
