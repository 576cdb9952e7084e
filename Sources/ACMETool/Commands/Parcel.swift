internal import ACMECore
internal import Glibc

/// What goes between a tool and its supervisor: some pieces of octets, each after its length.
struct Parcel: Equatable {
  /// Asks for what is under way to be ended.
  static let end = Parcel([])

  /// The most that a hook is told, and more than any says.
  private static let largest = 8 << 20

  let pieces: [[UInt8]]

  init(_ pieces: [[UInt8]]) { self.pieces = pieces }

  func send(to socket: FileDescriptor) throws(IOError) {
    let body = pieces.flatMap { Self.number($0.count) + $0 }
    try socket.write(Self.number(body.count) + body)
  }

  /// nil where the other side is gone.
  static func receive(from socket: FileDescriptor) throws(IOError) -> Parcel? {
    guard let head = try socket.read(exactly: 4) else { return nil }
    guard number(head) <= largest, let body = try socket.read(exactly: number(head)) else { throw IOError(EPROTO) }
    var pieces: [[UInt8]] = []
    var rest = body[...]
    while !rest.isEmpty {
      let count = number(rest.prefix(4))
      guard rest.count >= 4 + count else { throw IOError(EPROTO) }
      pieces.append(Array(rest.dropFirst(4).prefix(count)))
      rest = rest.dropFirst(4 + count)
    }
    return Parcel(pieces)
  }

  private static func number(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
  }

  private static func number(_ octets: some Sequence<UInt8>) -> Int { octets.reduce(0) { $0 << 8 | Int($1) } }
}

extension FileDescriptor {
  /// nil at the end, where there are fewer.
  fileprivate func read(exactly count: Int) throws(IOError) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try read(atMost: count - bytes.count)
      guard !more.isEmpty else { return nil }
      bytes += more
    }
    return bytes
  }
}
