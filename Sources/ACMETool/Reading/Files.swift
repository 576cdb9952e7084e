package import ACMECore
internal import Glibc

/// Files that are named on the command line or in a variable.
package enum Files {
  package static let maxSize = 16 << 20

  /// The whole file, which has something in it.
  ///
  /// Throws `Failure` 66 where it can't be opened, 74 where reading fails, 65 where it is empty, or larger than `limit`
  /// octets.
  package static func read(_ path: Path, limit: Int = maxSize) throws(Failure) -> [UInt8] {
    let bytes = try contents(of: path, limit: limit)
    guard !bytes.isEmpty else { throw empty(path) }
    return bytes
  }

  /// The same of a file that holds a secret.
  package static func readSecret(_ path: Path) throws(Failure) -> SecretBytes {
    let secret = try secretContents(of: path)
    guard !secret.isEmpty else { throw empty(path) }
    return secret
  }

  private static func empty(_ path: Path) -> Failure {
    let isOutput = (try? path.status)?.isSameFile(as: FileDescriptor.standardOutput.status) ?? false
    return Failure(.input, "\(path) is empty", hint: isOutput ? redirection : nil)
  }

  /// The same; nil where there is no file of that name.
  package static func readIfThere(_ path: Path) throws(Failure) -> [UInt8]? {
    do { guard try path.status != nil else { return nil } } catch {
      // To open it fails in the same way, and says so.
    }
    return missing.contains(path) ? nil : try read(path)
  }

  /// Throws `Failure` 66 where the file can't be opened.
  static func check(_ path: Path) throws(Failure) { try openedAtOnce(path).close() }

  static let redirection =
    "the shell's > has emptied it before it could be read: restore it, and write with -o FILE"

  /// The same of a file that may be empty.
  package static func contents(of path: Path, limit: Int = maxSize) throws(Failure) -> [UInt8] {
    try contents(of: path, limit: limit) { file throws(IOError) in try file.readAll(limit: limit) }
  }

  static func secretContents(of path: Path) throws(Failure) -> SecretBytes {
    try contents(of: path, limit: maxSize, secretFrom)
  }

  private static func contents<Bytes>(
    of path: Path, limit: Int, _ read: (FileDescriptor) throws(IOError) -> Bytes?
  ) throws(Failure) -> Bytes {
    let file = try opened(path)
    defer { file.close() }
    return try contents(of: file, path, limit: limit, read)
  }

  private static func contents<Bytes>(
    of file: FileDescriptor, _ path: Path, limit: Int, _ read: (FileDescriptor) throws(IOError) -> Bytes?
  ) throws(Failure) -> Bytes {
    if let status = file.status, status.isOf(S_IFDIR) {
      throw Failure(.noInput, "can't read \(path): \(IOError(EISDIR).reason)")
    }
    do {
      guard let bytes = try read(file) else {
        throw Failure(.input, "\(path) is larger than \(limit >> 20) MiB")
      }
      return bytes
    } catch {
      throw Failure(error, reading: path.description)
    }
  }

  /// A secret that will be needed again, in a file: from now on that outlives a crash of the machine.
  ///
  /// Throws `Failure` as `readSecret` does, and 65 for what is no file that stays, 74 where it may be lost.
  package static func readSettled(_ path: Path) throws(Failure) -> SecretBytes {
    let file = try openedAtOnce(path)
    defer { file.close() }
    let status = file.status
    guard status?.isRegular == true || status?.isOf(S_IFDIR) == true else {
      throw Failure(.input, "\(path) is no file that stays")
    }
    let secret = try contents(of: file, path, limit: maxSize, secretFrom)
    guard !secret.isEmpty else { throw empty(path) }
    do { try file.sync() } catch { throw Failure(.io, "writing \(path) failed: \(error.reason)") }
    (path.endOfLinks ?? path).syncFolder()
    return secret
  }

  private static func secretFrom(_ file: FileDescriptor) throws(IOError) -> SecretBytes? {
    try file.readSecret(limit: maxSize)
  }

  /// For who asks what it is: to open a pipe takes until somebody writes to it.
  private static func openedAtOnce(_ path: Path) throws(Failure) -> FileDescriptor { try opened(path, O_NONBLOCK) }

  private static func opened(_ path: Path, _ flags: Int32 = 0) throws(Failure) -> FileDescriptor {
    var number = open(path, O_RDONLY | O_CLOEXEC | flags)
    if number < 0, errno == EACCES, let held = held[path] {
      lseek(held, 0, SEEK_SET)
      number = fcntl(held, F_DUPFD_CLOEXEC, 3)
    }
    guard number >= 0 else {
      let error = IOError(errno)
      let hint = path == Path("-") ? "stdin is called /dev/stdin here" : Owner.hint(error, path, need: S_IRUSR)
      throw Failure(.noInput, "can't read \(path): \(error.reason)", hint: hint)
    }
    return FileDescriptor(number: number)
  }

  /// Files of which the names may lead to others by the time they are read, which are then refused.
  private nonisolated(unsafe) static var held: [Path: Int32] = [:]

  /// Files that weren't there, and are still taken to be so.
  private nonisolated(unsafe) static var missing: Set<Path> = []

  /// The same as `hold`, where it means something that there is no file.
  static func holdIfThere(_ path: Path) { if path.isMissing { missing.insert(path) } else { hold(path) } }

  /// Has `path` be read as it is now, should it be replaced before that. For before any thread.
  static func hold(_ path: Path) {
    guard descriptor(named: path) == nil, held[path] == nil, (try? path.status)?.isRegular == true else { return }
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if number >= 0 { held[path] = number }
  }

  /// Opens `path`. A process that may not be dumped has no right to its own /proc/self/fd, so what a shell's
  /// `<(…)` names is taken by its number.
  static func open(_ path: Path, _ flags: Int32) -> Int32 {
    guard let number = descriptor(named: path) else { return path.withCString { Glibc.open($0, flags) } }
    return fcntl(number, F_DUPFD_CLOEXEC, 3)
  }

  /// The same for a file that is made where there is none.
  static func create(_ path: Path, _ flags: Int32, mode: mode_t) -> Int32 {
    guard descriptor(named: path) == nil else { return open(path, flags) }
    return path.withCString { Glibc.open($0, flags | O_CREAT | O_CLOEXEC, mode) }
  }

  /// The descriptor of ours that `path` is a name of.
  static func descriptor(named path: Path) -> Int32? {
    let text = path.octets.description
    return switch text {
    case "/dev/stdin": STDIN_FILENO
    case "/dev/stdout": STDOUT_FILENO
    case "/dev/stderr": STDERR_FILENO
    case _ where text.hasPrefix("/dev/fd/"): Int32(text.dropFirst(8))
    case _ where text.hasPrefix("/proc/self/fd/"): Int32(text.dropFirst(14))
    default: nil
    }
  }
}

extension Failure {
  init(_ error: any Error, reading what: String) {
    switch error {
    case let failure as Failure: self = failure
    case let io as IOError: self.init(.io, "reading \(what) failed: \(io.reason)")
    default: self.init(error, in: what)
    }
  }
}
