extension [UInt8] {
  /// With each `word` in it replaced. Both are foreign: the time is that of reading them once (Knuth, Morris, Pratt).
  func masking(_ word: [UInt8], by mask: StaticString) -> [UInt8] {
    guard !word.isEmpty, word.count <= count else { return self }
    let mask = mask.withUTF8Buffer(Array.init)
    let fallbacks = Self.fallbacks(of: word)
    var masked: [UInt8] = []
    masked.reserveCapacity(count)
    // How much of the word the octets up to here end with; that much is held back at the end of `masked`.
    var matched = 0
    for octet in self {
      masked.append(octet)
      while matched > 0, word[matched] != octet { matched = fallbacks[matched - 1] }
      if word[matched] == octet { matched += 1 }
      guard matched == word.count else { continue }
      masked.removeLast(word.count)
      masked += mask
      matched = 0
    }
    return masked
  }

  /// For each beginning of `word`, how long the longest other beginning is that it ends with.
  private static func fallbacks(of word: [UInt8]) -> [Int] {
    var fallbacks = [0]
    var matched = 0
    for octet in word.dropFirst() {
      while matched > 0, word[matched] != octet { matched = fallbacks[matched - 1] }
      if word[matched] == octet { matched += 1 }
      fallbacks.append(matched)
    }
    return fallbacks
  }
}
