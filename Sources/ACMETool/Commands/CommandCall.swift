internal import ACMECore

/// What a tool asks its supervisor for.
struct CommandCall {
  let command: Int
  let arguments: [Octets]
  let input: [UInt8]
  let variables: [String: Octets]
  let milliseconds: Int
  /// Lines that a person has seen already, if it says them again.
  let known: [UInt8]

  var parcel: Parcel {
    Parcel(
      [Array(String(command).utf8), Array(String(milliseconds).utf8), input, known]
        + [Array(String(arguments.count).utf8)]
        + arguments.map(\.bytes) + variables.flatMap { [Array($0.utf8), $1.bytes] })
  }

  init(
    command: Int, arguments: [Octets], input: [UInt8], variables: [String: Octets], milliseconds: Int, known: [UInt8]
  ) {
    self.command = command
    self.arguments = arguments
    self.input = input
    self.variables = variables
    self.milliseconds = milliseconds
    self.known = known
  }

  init?(_ parcel: Parcel) {
    let pieces = parcel.pieces
    guard pieces.count >= 5, let command = Int(pieces[0]), let milliseconds = Int(pieces[1]),
      let count = Int(pieces[4]), count >= 0, count <= pieces.count - 5
    else { return nil }
    var variables: [String: Octets] = [:]
    var rest = pieces.dropFirst(5 + count)
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      variables[String(decoding: name, as: UTF8.self)] = Octets(value)
    }
    self.init(
      command: command, arguments: pieces.dropFirst(5).prefix(count).map { Octets($0) }, input: pieces[2],
      variables: variables, milliseconds: milliseconds, known: pieces[3])
  }
}

/// What came of it.
enum CommandOutcome {
  /// - words: its lines on stderr, as they are shown.
  case exited(status: Int32, output: [UInt8], words: [UInt8])
  case unstartable(IOError)
  case timedOut
  /// Because the tool asked for that, or is gone.
  case ended
  /// Nobody knows: the process that ran it is gone.
  case lost

  var parcel: Parcel {
    switch self {
    case .exited(let status, let output, let words):
      Parcel([Array("exited".utf8), Array(String(status).utf8), output, words])
    case .unstartable(let error): Parcel([Array("unstartable".utf8), Array(String(error.code).utf8), [], []])
    case .timedOut: Parcel([Array("timedOut".utf8), [UInt8(ascii: "0")], [], []])
    case .ended: Parcel([Array("ended".utf8), [UInt8(ascii: "0")], [], []])
    case .lost: Parcel([Array("lost".utf8), [UInt8(ascii: "0")], [], []])
    }
  }

  init?(_ parcel: Parcel) {
    guard parcel.pieces.count == 4, let number = Int(parcel.pieces[1]).flatMap(Int32.init(exactly:)) else { return nil }
    switch String(decoding: parcel.pieces[0], as: UTF8.self) {
    case "exited": self = .exited(status: number, output: parcel.pieces[2], words: parcel.pieces[3])
    case "unstartable": self = .unstartable(IOError(number))
    case "timedOut": self = .timedOut
    case "ended": self = .ended
    case "lost": self = .lost
    default: return nil
    }
  }
}

extension Int {
  fileprivate init?(_ digits: [UInt8]) { self.init(String(decoding: digits, as: UTF8.self)) }
}
