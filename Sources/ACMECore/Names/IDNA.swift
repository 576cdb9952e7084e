/// Internationalised labels: the A-label for what a person types, by the rules of IDNA2008
/// (RFC 5891 §4). What the standard library's Unicode properties can't decide is refused. An A-label that is typed is
/// taken as it is: names outside of IDNA2008 have been registered.
enum IDNA {
  /// One label in the form that DNS holds and in the form that a person reads.
  struct Label {
    let ascii: String
    /// The U-label; the same text as `ascii` where the label is plain LDH.
    let scalars: [Unicode.Scalar]
  }

  /// The beginning of every A-label (RFC 5890 §2.3.2.1).
  static let prefix = "xn--"

  /// No label of 63 octets comes from more than 63 scalars, nor from more than four times as many
  /// before they are composed.
  private static let maxTypedCount = 4 * LDH.maxLength

  static func label(typed: some Collection<Unicode.Scalar>) throws(NameError) -> Label {
    guard typed.count <= maxTypedCount else { throw .labelTooLong }
    let scalars = try mapped(Array(typed))
    guard scalars.count <= LDH.maxLength else { throw .labelTooLong }
    if scalars.allSatisfy(\.isASCII) { return try label(ascii: String(scalars)) }
    try check(scalars)
    guard let encoded = Punycode.encode(scalars) else { throw .labelTooLong }
    let ascii = prefix + encoded
    guard ascii.utf8.count <= LDH.maxLength else { throw .labelTooLong }
    return Label(ascii: ascii, scalars: scalars)
  }

  private static func label(ascii: String) throws(NameError) -> Label {
    try LDH.check(ascii)
    guard ascii.hasPrefix(prefix) else {
      return Label(ascii: ascii, scalars: Array(ascii.unicodeScalars))
    }
    return Label(ascii: ascii, scalars: try decoded(ascii))
  }

  /// What an A-label stands for. It has to be the one A-label for it: another spelling would be
  /// another name in DNS that looks the same (RFC 5891 §5.3, RFC 5890 §2.3.2.1). No registry gives one out for
  /// control characters.
  static func decoded(_ label: String) throws(NameError) -> [Unicode.Scalar] {
    let encoded = label.dropFirst(prefix.count)
    guard let scalars = Punycode.decode(encoded), !scalars.allSatisfy(\.isASCII),
      !scalars.contains(where: { $0.properties.generalCategory == .control }),
      let again = Punycode.encode(scalars), again == encoded
    else { throw .badALabel }
    return scalars
  }

  /// Lower case, then Normalization Form C (RFC 5895 §2, steps 1 and 3).
  private static func mapped(_ typed: [Unicode.Scalar]) throws(NameError) -> [Unicode.Scalar] {
    var lower: [Unicode.Scalar] = []
    for (index, scalar) in typed.enumerated() {
      // Capital Cherokee letters are the allowed ones, and this keeps them.
      guard scalar.properties.changesWhenNFKCCaseFolded else {
        lower.append(scalar)
        continue
      }
      let mapping = scalar.properties.lowercaseMapping.unicodeScalars
      // The dotted capital I of Turkish is the one letter whose mapping has two scalars, and nobody means
      // those. A capital sigma at the end of a word may be either of two letters, which make two names.
      let isOpen = scalar == "Σ" && typed[(index + 1)...].first?.properties.isAlphabetic != true
      guard mapping.count == 1, !isOpen else { throw .openCapital(scalar) }
      lower.append(contentsOf: mapping)
    }
    return composed(lower)
  }

  /// Normalization Form C. The standard library offers it only under this underscored name, so the
  /// result isn't trusted: `check` asks for the same with the public `checkForNFC`.
  private static func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(String(decoding: String(scalars)._nfcCodeUnits, as: UTF8.self).unicodeScalars)
  }

  /// Whether a text is a U-label (RFC 5891 §4.2), but for the Bidi rule, which is one of
  /// whole names.
  private static func check(_ scalars: [Unicode.Scalar]) throws(NameError) {
    guard scalars.first != "-", scalars.last != "-" else { throw .outerHyphen }
    guard !scalars.dropFirst(2).starts(with: ["-", "-"]) else { throw .innerHyphens }
    if let first = scalars.first, first.isMark { throw .leadingMark }
    for (index, scalar) in scalars.enumerated() {
      switch scalar.idnaClass {
      case .valid: continue
      case .disallowed: throw .notAllowed(scalar)
      case .contextual:
        guard isAllowed(at: index, in: scalars) else { throw .notAllowedHere(scalar) }
      }
    }
    let text = String(scalars)
    var span = text.utf8Span
    guard span.checkForNFC(quickCheck: false) else { throw .notComposed }
  }
}

extension String {
  fileprivate init(_ scalars: [Unicode.Scalar]) {
    self.init(String.UnicodeScalarView(scalars))
  }
}

extension NameError {
  static let badALabel = NameError(reason: "label begins with xn-- and is no A-label")
  static let leadingMark = NameError(reason: "label begins with a combining mark")
  static let notComposed = NameError(reason: "label is not in normalization form C")

  static func openCapital(_ scalar: Unicode.Scalar) -> NameError {
    NameError(reason: "capital \(codePoint(scalar)) has two lower-case forms here, so one has to be typed")
  }

  static func notAllowedHere(_ scalar: Unicode.Scalar) -> NameError {
    NameError(reason: "character \(codePoint(scalar)) is not allowed in this place")
  }
}
