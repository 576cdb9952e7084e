import Glibc

@testable import ACMECore
@testable import ACMETool

let commandParsers = [
  Parser("the words of a command") { bytes in
    let words = try CommandWords(Octets(bytes)).words
    expect(words.reduce(0) { $0 + $1.bytes.count } <= bytes.count, "there is more in the words than in the command")
  },
  Parser("what a tool sends its supervisor") { bytes in
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return }
    let (here, there) = (FileDescriptor(number: ends[0]), FileDescriptor(number: ends[1]))
    defer { here.close() }
    // No more than a socket takes without a reader.
    try there.write(Array(bytes.prefix(1 << 16)))
    there.close()
    while let parcel = try Parcel.receive(from: here) {
      if let call = CommandCall(parcel) { _ = CommandCall(call.parcel) }
      _ = CommandOutcome(parcel)
    }
  },
  Parser("what a hook says") { bytes in
    var lines = ForeignLines(limit: 1 << 14)
    let halves = [bytes.prefix(bytes.count / 2), bytes.dropFirst(bytes.count / 2)]
    let said = halves.flatMap { lines.take(Array($0)) } + lines.end()
    expect(said.allSatisfy { !$0.contains("\n") }, "a line is two")
  },
  Parser("pkcs11: URI") { bytes in
    _ = try? PKCS11URI(Octets(bytes))
    _ = PKCS11URI.holdsPIN(Octets(bytes))
    _ = try? PKCS11URI(Octets(Array("pkcs11:".utf8) + bytes))
  },
]
