import ACMECore
import ACMETool

/// One way of putting in place what the CA looks for, and of taking it away again.
protocol Solver {
  /// The type of challenge that it meets for `identifier`; nil where it can't prove control of that.
  func challengeType(for identifier: Identifier) -> Challenge.Kind?

  /// What shows to the CA what it has put in place; nil where that is somebody else's.
  var server: ProofServer? { get }

  /// Throws `Failure` where nothing could ever be published; asked before the CA hears of the order.
  func prepare(for identifiers: [Identifier], _ tool: Tool) throws

  /// Puts in place what is to be seen for `proofs`, which are all that it serves in this run. Each that has to be taken
  /// away later goes through `inPlace.each`.
  func publish(_ proofs: [Proof], _ inPlace: InPlace) throws

  /// Takes away, by `cleanup.each`, just what was put there for each of `proofs`, if it still is as it was put there.
  /// What isn't there is no error.
  func clean(_ proofs: [Proof], _ cleanup: Cleanup)
}

extension Solver {
  var server: ProofServer? { nil }
}
