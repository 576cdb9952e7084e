package import ACMECore
internal import Glibc

/// A file that grows by whole lines, one write each, so that the tools of a pipeline can share it.
package struct AppendedFile {
  private let file: FileDescriptor
  private let what: String

  /// - Parameters:
  ///   - path: a new file can be read by its owner alone.
  ///   - what: what the file is, for messages.
  ///
  /// Throws `Failure` 73 where it can't be had, or holds something else than lines of JSON.
  init(_ path: Path, _ what: String) throws(Failure) {
    try Self.refuse(path, what)
    let number = Files.create(path, O_WRONLY | O_APPEND, mode: 0o600)
    guard number >= 0 else { throw Failure(.cannotCreate, "can't write \(what) \(path): \(IOError(errno).reason)") }
    file = FileDescriptor(number: number)
    self.what = "\(what) \(path)"
  }

  package init(toStandardError what: String) {
    file = FileDescriptor(number: STDERR_FILENO)
    self.what = what
  }

  /// Throws `Failure` 73 for what has begun as something that doesn't grow so. A file that can't be read may be one that
  /// can only be written to.
  static func refuse(_ path: Path, _ what: String) throws(Failure) {
    let number = Files.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return }
    let file = FileDescriptor(number: number)
    defer { file.close() }
    var first: UInt8 = 0
    guard file.status?.isRegular == true, pread(number, &first, 1, 0) == 1, first != UInt8(ascii: "{") else { return }
    throw Failure(
      .cannotCreate, "\(path) holds something else than \(what), and nothing is added to it",
      hint: "choose another name")
  }

  /// Throws `Failure` 74.
  package func append(_ line: String) throws(Failure) {
    do { try file.write(Array("\(line)\n".utf8)) } catch {
      throw Failure(.io, "writing \(what) failed: \(error.reason)")
    }
  }
}
