import ACMECore

/// One way of putting in place what the CA looks for, and of taking it away again.
protocol Solver {
  /// The type of challenge that it meets for `identifier`; nil where it can't prove control of that.
  func challengeType(for identifier: Identifier) -> Challenge.Kind?

  /// Throws `Failure` where nothing could ever be published; asked before the CA hears of the order.
  func prepare(for identifiers: [Identifier]) throws

  func publish(_ publication: Publication, for identifier: Identifier) throws

  /// Takes away just what `publication` put there, if it still is as it was put there. What isn't there is no error.
  func clean(_ publication: Publication, for identifier: Identifier) throws
}
