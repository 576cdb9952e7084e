internal import ACMECore
internal import Glibc

/// What kind of line a message is.
enum MessageKind: String {
  case error, warning, hint

  /// With its colour where a person reads: stderr is a terminal that knows them, and NO_COLOR doesn't forbid it.
  var shown: String { Self.hasColors ? "\u{1B}[\(color)m\(rawValue):\u{1B}[0m" : "\(rawValue):" }

  /// ECMA-48 §8.3.117: bold, and red, yellow or cyan.
  private var color: String {
    switch self {
    case .error: "1;31"
    case .warning: "1;33"
    case .hint: "1;36"
    }
  }

  /// Not kept: nothing but a failure asks for it more than once.
  private static var hasColors: Bool {
    guard isatty(STDERR_FILENO) == 1 else { return false }
    let environment = Environment.own
    return environment["NO_COLOR"] == nil && environment["TERM"] != Octets("dumb")
  }
}
