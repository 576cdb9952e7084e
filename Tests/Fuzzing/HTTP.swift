import Glibc

let httpParsers = [
  Parser("what a looker says to --standalone") { bytes in
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else { return }
    defer { ends.forEach { close($0) } }
    let shown = Shown<String>()
    shown["/.well-known/acme-challenge/token"] = "the key authorization"
    let connection = HTTPConnection(ends[0], shown)
    // Between two pieces there is no more to read for a while.
    for piece in bytes.split(separator: 0xFF, maxSplits: 8) {
      _ = piece.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
      if connection.advance() == nil { break }
    }
    var answer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(ends[1], &answer, answer.count)
    guard count > 0 else { return }
    expect(answer.starts(with: "HTTP/1.1 ".utf8), "the answer is none of HTTP")
    expect(count < 400, "the answer is long")
  }
]
