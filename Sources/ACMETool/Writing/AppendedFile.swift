package import ACMECore
internal import Glibc

/// A file that grows by whole lines, one write each, so that the tools of a pipeline can share it.
package struct AppendedFile {
  private let file: FileDescriptor
  private let what: String

  /// - Parameters:
  ///   - path: nil for stderr. A new file can be read by its owner alone.
  ///   - what: what the file is, for messages.
  ///
  /// Throws `Failure` 73 where it can't be had.
  package init(_ path: Path?, _ what: String) throws(Failure) {
    guard let path else {
      file = FileDescriptor(number: STDERR_FILENO)
      self.what = what
      return
    }
    let number = Files.create(path, O_WRONLY | O_APPEND, mode: 0o600)
    guard number >= 0 else { throw Failure(.cannotCreate, "can't write \(what) \(path): \(IOError(errno).reason)") }
    file = FileDescriptor(number: number)
    self.what = "\(what) \(path)"
  }

  /// Throws `Failure` 74.
  package func append(_ line: String) throws(Failure) {
    do { try file.write(Array("\(line)\n".utf8)) } catch {
      throw Failure(.io, "writing \(what) failed: \(error.reason)")
    }
  }
}
