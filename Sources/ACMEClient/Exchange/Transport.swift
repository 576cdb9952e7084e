package import ACMECore

/// Layer 2: exchanges, no more. libcurl does them; tests do them from a script.
package protocol Transport {
  typealias Outcome = Exchange.Outcome

  /// How many exchanges the CA takes side by side, as far as is known.
  var width: Int { get }

  /// Begins an exchange, which `next` ends. `number` is the caller's name for it.
  ///
  /// - Parameter seconds: how long it may take in all.
  func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double)

  /// The end of whichever exchange is over first; nil where none is within `seconds`.
  ///
  /// Throws `Interrupted` when a signal came.
  func next(within seconds: Double) throws(Interrupted) -> (number: Int, outcome: Outcome)?

  /// Gives up whatever is under way.
  func abandon()
}
