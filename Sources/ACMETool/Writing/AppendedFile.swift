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
  }

  package init(toStandardError content: Content) {
    file = FileDescriptor(number: STDERR_FILENO)
    what = content.name
  }

  /// Throws `Failure` 73 for what has begun as something that doesn't grow so. A file that can't be read may be one that
  /// can only be written to.
  static func refuse(_ path: Path, _ content: Content) throws(Failure) {
    let number = Files.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return }
    let file = FileDescriptor(number: number)
    defer { file.close() }
    var first = [UInt8](repeating: 0, count: lookedAt)
    guard file.status?.isRegular == true, case let count = pread(number, &first, first.count, 0), count > 0,
      !content.mayBegin(Array(first[..<count]))
    else { return }
    throw Failure(
      .cannotCreate, "\(path) holds something else than \(content.name), and nothing is added to it",
      hint: "choose another name")
  }

  /// Throws `Failure` 74.
  package func append(_ line: String) throws(Failure) {
    do { try file.write(Array("\(line)\n".utf8)) } catch {
      throw Failure(.io, "writing \(what) failed: \(error.reason)")
    }
  }
}
