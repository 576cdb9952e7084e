// Names with labels that are read from right to left (RFC 5893). The standard library has no property
// Bidi_Class, so it is worked out from blocks and general categories; where they don't tell, the label is
// refused.
extension IDNA {
  /// The classes of RFC 5893 §1.4, as far as code points of U-labels have them.
  private enum BidiClass {
    case leftToRight
    /// R and AL.
    case rightToLeft
    case arabicNumber
    case europeanNumber
    /// NSM.
    case mark
    /// ES, ON and BN.
    case neutral
    case unknown
  }

  /// Every U-label of a name with a right-to-left label has to keep the rule. Its LDH labels
  /// needn't, as long as none that begins with a digit comes after a right-to-left one (RFC 5893 §2,
  /// the second guarantee).
  static func checkBidi(_ labels: [Label]) throws(NameError) {
    guard labels.contains(where: { isRightToLeft(classes($0)) }) else { return }
    var isAfterRightToLeft = false
    for label in labels {
      let classes = classes(label)
      if isRightToLeft(classes) {
        guard isSoundRightToLeft(classes) else { throw .badRightToLeft }
        isAfterRightToLeft = true
      } else if label.ascii.hasPrefix(prefix) {
        guard isSoundLeftToRight(label.scalars) else { throw .badLeftToRight }
      } else if isAfterRightToLeft, classes.first == .europeanNumber {
        throw .digitAfterRightToLeft
      }
    }
  }

  private static func isRightToLeft(_ classes: [BidiClass]) -> Bool {
    classes.contains(.rightToLeft) || classes.contains(.arabicNumber)
  }

  /// Conditions 1 to 4.
  private static func isSoundRightToLeft(_ classes: [BidiClass]) -> Bool {
    guard classes.first == .rightToLeft else { return false }
    guard !classes.contains(.leftToRight), !classes.contains(.unknown) else { return false }
    switch classes.last(where: { $0 != .mark }) {
    case .rightToLeft, .europeanNumber, .arabicNumber: break
    default: return false
    }
    return !(classes.contains(.europeanNumber) && classes.contains(.arabicNumber))
  }

  /// Conditions 1, 5 and 6, for a label without right-to-left code points. The marks at its end don't matter:
  /// most are NSM, and the few that are L are good ends too.
  private static func isSoundLeftToRight(_ scalars: [Unicode.Scalar]) -> Bool {
    let ends = scalars.filter { !$0.isMark }.map(bidiClass)
    return ends.first == .leftToRight && (ends.last == .leftToRight || ends.last == .europeanNumber)
  }

  private static func classes(_ label: Label) -> [BidiClass] {
    label.scalars.map(bidiClass)
  }

  private static func bidiClass(_ scalar: Unicode.Scalar) -> BidiClass {
    switch scalar {
    case "0"..."9", "\u{06F0}"..."\u{06F9}": return .europeanNumber
    case "-", "\u{00B7}", "\u{0375}", "\u{200C}", "\u{200D}", "\u{30FB}": return .neutral
    case "\u{05F3}", "\u{05F4}", "\u{06FD}", "\u{06FE}": return .rightToLeft
    // The digits of N'Ko and Adlam.
    case "\u{07C0}"..."\u{07C9}", "\u{1E950}"..."\u{1E959}": return .rightToLeft
    case "\u{0F0B}", "\u{3007}": return .leftToRight
    // Marks that go with letters of any script.
    case "\u{0300}"..."\u{036F}": return .mark
    default: return isInRightToLeftBlock(scalar) ? rightToLeftClass(scalar) : leftToRightClass(scalar)
    }
  }

  /// The stretches that Unicode keeps for right-to-left scripts, code points not assigned yet included
  /// (the default values in its file DerivedBidiClass.txt).
  private static func isInRightToLeftBlock(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
    default: false
    }
  }

  /// Letters, marks and digits are all that a U-label can have here. Digits not named above are
  /// taken for AN, which the rule allows least.
  private static func rightToLeftClass(_ scalar: Unicode.Scalar) -> BidiClass {
    switch scalar.properties.generalCategory {
    case .nonspacingMark: .mark
    case .decimalNumber: .arabicNumber
    default: .rightToLeft
    }
  }

  /// Most nonspacing marks are NSM and most modifier letters L, but the category doesn't tell which.
  private static func leftToRightClass(_ scalar: Unicode.Scalar) -> BidiClass {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .modifierLetter: .unknown
    default: .leftToRight
    }
  }
}

extension NameError {
  static let badRightToLeft = NameError(
    reason: "right-to-left label breaks the Bidi rule of RFC 5893, or mixes scripts")
  static let badLeftToRight = NameError(
    reason: "left-to-right label beside a right-to-left one breaks the Bidi rule of RFC 5893")
  static let digitAfterRightToLeft = NameError(
    reason: "label that begins with a digit comes after a right-to-left one")
}
