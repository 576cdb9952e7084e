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

  package func firstRange(of text: StaticString) -> Range<Index>? {
    let pattern = text.withUTF8Buffer { Array($0) }
    return firstRange(of: pattern)
  }
}
