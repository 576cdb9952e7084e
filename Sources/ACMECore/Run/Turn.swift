/// The time that one of several looks gets.
package struct Turn {
  package let seconds: Double
  /// Whether that is less than others get: who didn't answer within it might have.
  package let isCutShort: Bool
}

extension Budget {
  /// What is left of the time, and no more than `most` seconds; nil where nothing is left.
  package func turn(of most: Double) -> Turn? {
    let left = remaining
    return left > 0 ? Turn(seconds: min(most, left), isCutShort: left < most) : nil
  }
}
