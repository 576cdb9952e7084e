internal import ACMECore
internal import CSystem
internal import Glibc

/// A file beside the one that it is to become, whole or not at all. What a file system doesn't know is done the next
/// best way.
struct TemporaryFile {
  static let secretMode: mode_t = 0o600

  private static let mostTries = 100
  /// Of a longer name nothing is kept, for there would be no room for more.
  private static let longestName = 100
  /// More than a chain of certificates takes.
  private static let room = 16384

  private let path: Path
  private let file: FileDescriptor

  /// - Parameters:
  ///   - mode: that of the new file, whatever the umask.
  ///   - owner: whose owner and group it gets, as far as we may give it away.
  init(beside target: Path, mode: mode_t, owner: stat? = nil) throws(IOError) {
    let name = target.lastComponent
    let stem = name.bytes.count <= Self.longestName ? name.bytes : Array("acme".utf8)
    var number: Int32 = -1
    var path = target
    for _ in 1...Self.mostTries {
      path = target.sibling(Octets(Array(".".utf8) + stem + Array(".\(Self.randomSuffix)".utf8)))
      number = withoutUmask {
        path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0o777) }
      }
      if number >= 0 || errno != EEXIST { break }
    }
    guard number >= 0 else { throw IOError(errno) }
    file = FileDescriptor(number: number)
    self.path = path
    if let owner { give(to: owner) }
    setMode(mode)
  }

  private static var randomSuffix: String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return String((0..<6).map { _ in letters[Int.random(in: letters.indices)] })
  }

  /// Only root may give a file away. Others may still give it to a group that they are in.
  private func give(to owner: stat) {
    if fchown(file.number, owner.st_uid, owner.st_gid) != 0 { _ = fchown(file.number, uid_t.max, owner.st_gid) }
  }

  /// What is new has its mode from the start; that of a file that is replaced may hold more, and giving it away takes
  /// some. A file system without modes says EPERM, or nothing.
  private func setMode(_ mode: mode_t) {
    guard let status = file.status, status.st_mode & 0o7777 != mode else { return }
    fchmod(file.number, mode)
  }

  /// Throws `IOError` where there is no room for a chain.
  func proveRoom() throws(IOError) { try file.write([UInt8](repeating: 0, count: Self.room)) }

  /// Writes it through to the disk.
  func write(_ write: (FileDescriptor) throws(IOError) -> Void) throws(IOError) {
    try write(file)
    try file.sync()
  }

  /// Takes the place of `target`. Closed, or discarded after an error.
  func become(_ target: Path) throws(IOError) {
    guard rename(path, target) else { throw IOError(errno) }
    file.close()
  }

  /// Becomes `target`, which must not be there. Throws `IOError` with EEXIST where it is.
  func becomeNew(_ target: Path) throws(IOError) {
    if both(target, CSystem_rename_new) { return file.close() }
    guard errno != EEXIST else { throw IOError(errno) }
    // NFS, FUSE and others have no such rename; a second name for the same file keeps the same promise.
    if both(target, link) || hasTwoNames { return discard() }
    guard errno != EEXIST else { throw IOError(errno) }
    // Without links: the name is taken by an empty file, which is then replaced.
    try reserve(target)
    guard rename(path, target) else {
      let error = IOError(errno)
      target.withCString { _ = unlink($0) }
      throw error
    }
    file.close()
  }

  /// Over a network a link may be made, and the answer lost.
  private var hasTwoNames: Bool {
    let error = errno
    defer { errno = error }
    return file.status?.st_nlink == 2
  }

  private func reserve(_ target: Path) throws(IOError) {
    let number = target.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, Self.secretMode) }
    guard number >= 0 else { throw IOError(errno) }
    close(number)
  }

  /// Takes it away, if it is still there.
  func discard() {
    file.close()
    path.withCString { _ = unlink($0) }
  }

  private func rename(_ from: Path, _ to: Path) -> Bool { both(to, Glibc.rename) }

  private func both(_ to: Path, _ call: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32) -> Bool {
    path.withCString { from in to.withCString { call(from, $0) } } == 0
  }
}
