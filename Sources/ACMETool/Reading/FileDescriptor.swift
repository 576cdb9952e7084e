internal import ACMECore
internal import Glibc

/// Reading and writing by descriptor, interrupted and partial calls gone on with.
struct FileDescriptor {
  static let standardInput = FileDescriptor(number: STDIN_FILENO)
  static let standardOutput = FileDescriptor(number: STDOUT_FILENO)

  let number: Int32

  func write(_ bytes: [UInt8]) throws(IOError) {
    try bytes.withUnsafeBufferPointer { buffer throws(IOError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  func write(_ secret: SecretBytes) throws(IOError) { try secret.withUnsafeBytes(write) }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let buffer = UnsafeRawBufferPointer(rebasing: rest)
      let count = Glibc.write(number, buffer.baseAddress, buffer.count)
      if count < 0 {
        guard errno == EINTR else { throw IOError(errno) }
      } else {
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Everything up to the end, or nil where that is more than `limit` octets.
  func readAll(limit: Int) throws(IOError) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let more = try read(atMost: 1 << 16)
      if more.isEmpty { return bytes }
      bytes += more
    }
    return nil
  }

  /// The same of what may be a secret.
  func readSecret(limit: Int) throws(IOError) -> SecretBytes? {
    let secret = SecretBytes()
    while secret.count <= limit {
      let count = secret.count
      try secret.append(upTo: 1 << 12) { room throws(IOError) in try read(into: room) }
      if secret.count == count { return secret }
    }
    return nil
  }

  /// How much there was; 0 at the end.
  func read(into room: UnsafeMutableRawBufferPointer) throws(IOError) -> Int {
    while true {
      let count = Glibc.read(number, room.baseAddress, room.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw IOError(errno) }
    }
  }

  /// What is there, as soon as there is something; nothing at the end.
  func read(atMost limit: Int) throws(IOError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = try buffer.withUnsafeMutableBufferPointer { room throws(IOError) in
      try read(into: UnsafeMutableRawBufferPointer(room))
    }
    return Array(buffer[..<count])
  }

  /// Throws `IOError` where what was written may be lost. A file system that can't sync says so in many ways.
  func sync() throws(IOError) {
    guard fsync(number) != 0, [EIO, ENOSPC, EDQUOT, ESTALE, EFBIG].contains(errno) else { return }
    throw IOError(errno)
  }

  func close() { Glibc.close(number) }

  /// Whether whoever writes to this hasn't done so yet, and no person does.
  var isAwaited: Bool {
    var state = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return !isTerminal && poll(&state, 1, 0) == 0
  }

  var isTerminal: Bool { isatty(number) == 1 }

  var status: stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }
}

/// What the system said.
package struct IOError: Error {
  let code: Int32

  package init(_ code: Int32) { self.code = code }

  package var reason: String { String(cString: strerror(code)).asClause }
}

extension stat {
  func isOf(_ type: mode_t) -> Bool { st_mode & S_IFMT == type }
  var isRegular: Bool { isOf(S_IFREG) }
  func isSameFile(as other: stat?) -> Bool {
    isRegular && other.map { $0.st_dev == st_dev && $0.st_ino == st_ino } ?? false
  }
  var isReadableByOthers: Bool { isRegular && st_mode & (S_IRGRP | S_IROTH) != 0 }
}
