internal import COpenSSL
internal import Glibc

/// Octets that nobody else may see: a private key, a passphrase, a MAC key. They are wiped when they are let go, never
/// dumped, and never swapped where the system has that much memory locked; of what is larger than any key they are only
/// wiped.
///
/// What is read from a secret is as secret as that: an `Array`, or a `String`, leaves copies that nobody wipes.
package final class SecretBytes {
  /// A key of the largest size, in PEM, several times.
  private static let mostLocked = 1 << 16

  package private(set) var count = 0
  private var capacity = 0
  private var start: UnsafeMutableRawPointer?

  package init() {}

  package init(_ bytes: some Sequence<UInt8>) { append(contentsOf: bytes) }

  deinit { wipe() }

  /// Nothing is left of it.
  package func wipe() {
    CRYPTO_secure_clear_free(start, capacity, nil, 0)
    start = nil
    count = 0
    capacity = 0
  }

  package func append(_ byte: UInt8) {
    append(upTo: 1) { room in
      room[0] = byte
      return 1
    }
  }

  package func append(contentsOf bytes: some Sequence<UInt8>) {
    for byte in bytes { append(byte) }
  }

  /// - Parameter write: writes up to `most` octets, and says how many.
  package func append<Failure>(
    upTo most: Int, _ write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    let buffer = makeRoom(for: count + most)
    count += try write(UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + most]))
  }

  private func makeRoom(for needed: Int) -> UnsafeMutableRawBufferPointer {
    guard needed > capacity || start == nil else {
      return UnsafeMutableRawBufferPointer(start: start, count: capacity)
    }
    let larger = Swift.max(64, needed, capacity * 2)
    let locked = larger <= Self.mostLocked ? CRYPTO_secure_malloc(larger, nil, 0) : nil
    guard let new = locked ?? CRYPTO_malloc(larger, nil, 0) else { preconditionFailure("there is no memory left") }
    if let start { new.copyMemory(from: start, byteCount: count) }
    CRYPTO_secure_clear_free(start, capacity, nil, 0)
    start = new
    capacity = larger
    return UnsafeMutableRawBufferPointer(start: new, count: larger)
  }

  package func withUnsafeBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension SecretBytes: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "there is no such octet")
    return start?.load(fromByteOffset: position, as: UInt8.self) ?? 0
  }

  package func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBytes { try body($0.bindMemory(to: UInt8.self)) }
  }
}

extension SecretBytes {
  /// As `Collection` has it, in a hundredth of the time.
  package func firstRange(of text: StaticString) -> Range<Int>? {
    let length = text.utf8CodeUnitCount
    return withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return nil }
      var from = 0
      while from + length <= bytes.count,
        let found = memchr(start + from, Int32(text.utf8Start.pointee), bytes.count - length + 1 - from)
      {
        let index = UnsafeRawPointer(found) - start
        if memcmp(found, text.utf8Start, length) == 0 { return index..<index + length }
        from = index + 1
      }
      return nil
    }
  }
}
