extension [UInt8] {
  /// Text without the byte order mark that some editors put before UTF-8. PEM, JSON and lists of names may have one;
  /// DER never begins so.
  package var withoutByteOrderMark: [UInt8] { Array(afterByteOrderMark) }
}

extension Collection<UInt8> {
  package var afterByteOrderMark: SubSequence {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return starts(with: mark) ? dropFirst(mark.count) : self[...]
  }

  /// Whether this begins as a JSON object does.
  package var looksLikeJSON: Bool { afterByteOrderMark.first { !$0.isBlank } == UInt8(ascii: "{") }

  package func firstRange(of text: StaticString) -> Range<Index>? {
    let pattern = text.withUTF8Buffer { Array($0) }
    return firstRange(of: pattern)
  }
}

extension UInt8 {
  /// A blank of ASCII, or what ends a line.
  package var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
