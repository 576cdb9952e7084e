import ACMECore
import ACMETool
import CSystem
import Glibc

/// A web server's folder. Nothing is written or removed through a link that leads out of it: who may write below
/// it is not always who runs this.
final class WebRoot {
  /// From the top to the folder of the tokens: the name of each folder on the way, and its path below the root.
  private static let way = Publication.httpFolder.split(separator: "/").reduce(into: [(name: String, path: String)]()) {
    $0.append((String($1), ($0.last.map { $0.path + "/" } ?? "") + $1))
  }
  private static let modeOfFiles: mode_t = 0o644

  private let path: Path
  private let root: Int32

  /// Throws `Failure` 73 where there is no folder that could be written to.
  init(_ path: Path) throws {
    self.path = path
    // Who may pass through it needn't be let list it.
    root = path.octets.withCString { CSystem_open_name(AT_FDCWD, $0, O_DIRECTORY) }
    guard root >= 0 else { throw Self.failure(.cannotCreate, "can't use the web root \(path)") }
  }

  deinit { close(root) }

  /// Puts a file there that everybody may read, whatever the umask. Where it throws, there is none.
  func put(_ body: String, as token: Token) throws {
    let folder = try makeFolder()
    defer { close(folder) }
    // A file of this name is left from an earlier try, whole or not, or somebody else has put it there.
    if let file = find(token, in: folder), file.body == body, file.mode == Self.modeOfFiles { return }
    unlinkat(folder, token.text, 0)
    // Whole from the start, its mode too: a file with the right content is then one that the web server can read.
    let file = withoutUmask {
      openat(folder, token.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.modeOfFiles)
    }
    guard file >= 0 else { throw Self.failure(.cannotCreate, "can't create \(shown(token))") }
    defer { close(file) }
    let bytes = Array(body.utf8)
    errno = ENOSPC  // what it means when less is written than was to be
    guard write(file, bytes, bytes.count) == bytes.count else {
      let failure = Self.failure(.io, "writing \(shown(token)) failed")
      unlinkat(folder, token.text, 0)
      throw failure
    }
  }

  /// Throws `Failure` 73 where nothing could be put there: better before there is an order.
  func prove() throws {
    var lowest = root
    var shown = path.description
    defer { if lowest != root { close(lowest) } }
    for (name, below) in Self.way {
      let folder = WebRootFolder.open(below, below: root)
      guard folder >= 0 else {
        guard errno == ENOENT, isFree(name, in: lowest) else { throw unusable(below) }
        break
      }
      if lowest != root { close(lowest) }
      lowest = folder
      shown = "\(path)/\(below)"
    }
    guard faccessat(lowest, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
      throw Self.failure(.cannotCreate, "can't create a file in \(shown)")
    }
  }

  /// Whether nothing has this name, not even a link that leads nowhere. errno stays.
  private func isFree(_ name: String, in folder: Int32) -> Bool {
    let error = errno
    defer { errno = error }
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0
  }

  /// Removes the file, if it holds exactly `body`, and says whether it did. The folders stay.
  func remove(_ token: Token, ifStill body: String) throws -> Bool {
    let folder = WebRootFolder.open(Publication.httpFolder, below: root)
    guard folder >= 0 else {
      guard errno == ENOENT else { throw Self.failure(.io, "can't look for \(shown(token))") }
      return false
    }
    defer { close(folder) }
    guard find(token, in: folder)?.body == body else { return false }
    guard unlinkat(folder, token.text, 0) == 0 || errno == ENOENT else {
      throw Self.failure(.io, "can't remove \(shown(token))")
    }
    return true
  }

  /// The folder of the tokens; its parts are made where they are missing, open to everybody.
  private func makeFolder() throws -> Int32 {
    var lowest = root
    for (name, below) in Self.way {
      let above = lowest
      defer { if above != root { close(above) } }
      let isNew = withoutUmask { mkdirat(above, name, 0o755) } == 0
      guard isNew || errno == EEXIST else {
        throw Self.failure(.cannotCreate, "can't create \(path)/\(below)")
      }
      lowest = WebRootFolder.open(below, below: root)
      guard lowest >= 0 else { throw unusable(below) }
    }
    return lowest
  }

  private func unusable(_ below: String) -> Failure {
    let what = "can't use \(path)/\(below)"
    guard errno != ENOENT else { return Failure(.cannotCreate, "\(what): a link there leads nowhere") }
    return Self.failure(.cannotCreate, what)
  }

  /// The file, and what it holds; nil where there is none, or it is none of ours.
  private func find(_ token: Token, in folder: Int32) -> (body: String, mode: mode_t)? {
    let file = openat(folder, token.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0, fstat(file, &status) == 0 else { return nil }
    return (String(decoding: bytes[..<count], as: UTF8.self), status.st_mode & ~S_IFMT)
  }

  private func shown(_ token: Token) -> String { Self.file(token, below: path) }

  /// The name of the file, as it is shown.
  static func file(_ token: Token, below root: Path) -> String { "\(root)\(Publication.path(of: token))" }

  private static func failure(_ status: ExitStatus, _ what: String) -> Failure {
    guard errno != EXDEV else {
      return Failure(
        status, "\(what): a link leads out of the web root",
        hint:
          "have it lead to a folder that ends in \(Publication.httpFolder), and name what stands before that as the web "
          + "root")
    }
    return Failure(status, "\(what): \(IOError(errno).reason)")
  }
}
