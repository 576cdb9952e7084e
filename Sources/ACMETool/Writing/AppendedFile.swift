package import ACMECore
internal import Glibc

/// A file that grows by whole lines, one write each, so that the tools of a pipeline can share it.
package struct AppendedFile {
  /// What such a file holds.
  package struct Content: Sendable {
    /// For messages.
    let name: String
    /// What each of our lines begins with, one or the other.
    let beginnings: [String]

    package init(_ name: String, beginnings: [String]) {
      self.name = name
      self.beginnings = beginnings
    }

    /// Whether what begins so may be such a file. Other objects are somebody's notes, but for keys and documents.
    fileprivate func mayBegin(_ octets: [UInt8]) -> Bool {
      if beginnings.contains(where: { zip($0.utf8, octets).allSatisfy(==) }) { return true }
      return octets.first == UInt8(ascii: "{")
        && octets.firstRange(of: #""kty""#) == nil && octets.firstRange(of: #""format""#) == nil
    }
  }

  /// How much of a file tells what it is, in octets.
  private static let lookedAt = 1 << 16

  private let file: FileDescriptor
  private let what: String
  /// How long it was, in octets, where its last line has no end: somebody lost the machine, or the disk was full.
  private let cutOffAt: off_t?

  /// - Parameter path: a new file can be read by its owner alone.
  ///
  /// Throws `Failure` 73 where it can't be had, or holds something else.
  init(_ path: Path, _ content: Content) throws(Failure) {
    try Self.refuse(path, content)
    let number = Files.create(path, O_WRONLY | O_APPEND, mode: 0o600)
    guard number >= 0 else {
      throw Failure(.cannotCreate, "can't write \(content.name) \(path): \(IOError(errno).reason)")
    }
    file = FileDescriptor(number: number)
    what = "\(content.name) \(path)"
    cutOffAt = Self.cutOff(path)
  }

  package init(toStandardError content: Content) {
    file = FileDescriptor(number: STDERR_FILENO)
    what = content.name
    cutOffAt = nil
  }

  /// Throws `Failure` 73 for what has begun as something that doesn't grow so. A file that can't be read may be one that
  /// can only be written to.
  static func refuse(_ path: Path, _ content: Content) throws(Failure) {
    guard let first = look(into: path, { _ in (0, lookedAt) }), !first.isEmpty, !content.mayBegin(first) else { return }
    throw Failure(
      .cannotCreate, "\(path) holds something else than \(content.name), and nothing is added to it",
      hint: "choose another name")
  }

  private static func cutOff(_ path: Path) -> off_t? {
    var size: off_t = 0
    let last = look(into: path) { status in
      size = status.st_size
      return (max(0, size - 1), 1)
    }
    return last?.last.flatMap { $0 == UInt8(ascii: "\n") ? nil : size }
  }

  /// So many octets from a place on of a regular file that can be read.
  private static func look(into path: Path, _ part: (stat) -> (from: off_t, count: Int)) -> [UInt8]? {
    let number = Files.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return nil }
    let file = FileDescriptor(number: number)
    defer { file.close() }
    guard let status = file.status, status.isRegular else { return nil }
    let (from, count) = part(status)
    var octets = [UInt8](repeating: 0, count: count)
    let read = pread(number, &octets, count, from)
    return read < 0 ? nil : Array(octets[..<read])
  }

  /// Ends a line that was cut off, unless somebody else has done so.
  ///
  /// Throws `Failure` 74.
  package func append(_ line: String) throws(Failure) {
    let isAfterFragment = cutOffAt != nil && file.status?.st_size == cutOffAt
    do { try file.write(Array("\(isAfterFragment ? "\n" : "")\(line)\n".utf8)) } catch {
      throw Failure(.io, "writing \(what) failed: \(error.reason)")
    }
  }
}
