import ACMECore
import ACMETool
import Glibc

/// A web server's folder. Nothing is written or removed through a link that leads out of it: who may write below
/// it is not always who runs this.
final class WebRoot {
  private let path: Path
  private let root: Int32

  /// Throws `Failure` 73 where there is no folder that could be written to.
  init(_ path: Path) throws {
    self.path = path
    root = path.octets.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard root >= 0 else { throw Self.failure(.cannotCreate, "can't use the web root \(path)") }
  }

  deinit { close(root) }

  /// Puts a file there that everybody may read, whatever the umask. Where it throws, there is none.
  func put(_ body: String, as token: Token) throws {
    let folder = try makeFolder()
    defer { close(folder) }
    // A file of this name is left from an earlier try, whole or not.
    if read(token, in: folder) == body { return }
    unlinkat(folder, token.text, 0)
    // Whole from the start, its mode too: a file with the right content is then one that the web server can read.
    let file = withoutUmask {
      openat(folder, token.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
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
    var names = Publication.httpFolder.split(separator: "/").map(String.init)
    while !names.isEmpty {
      let below = names.joined(separator: "/")
      let folder = WebRootFolder.open(below, below: root)
      defer { if folder >= 0 { close(folder) } }
      guard folder < 0 else { return try Self.refuseUnwritable(folder, "\(path)/\(below)") }
      guard errno == ENOENT else { throw Self.failure(.cannotCreate, "can't use \(path)/\(below)") }
      names.removeLast()
    }
    try Self.refuseUnwritable(root, path.description)
  }

  private static func refuseUnwritable(_ folder: Int32, _ name: String) throws {
    guard faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
      throw failure(.cannotCreate, "can't create a file in \(name)")
    }
  }

  /// Removes the file, if it holds exactly `body`, and says whether it did. The folders stay.
  func remove(_ token: Token, ifStill body: String) throws -> Bool {
    let folder = WebRootFolder.open(Publication.httpFolder, below: root)
    guard folder >= 0 else {
      guard errno == ENOENT else { throw Self.failure(.io, "can't look for \(shown(token))") }
      return false
    }
    defer { close(folder) }
    guard read(token, in: folder) == body else { return false }
    guard unlinkat(folder, token.text, 0) == 0 || errno == ENOENT else {
      throw Self.failure(.io, "can't remove \(shown(token))")
    }
    return true
  }

  /// The folder of the tokens; its parts are made where they are missing, open to everybody.
  private func makeFolder() throws -> Int32 {
    var parent = root
    var below = ""
    for name in Publication.httpFolder.split(separator: "/").map(String.init) {
      let above = parent
      defer { if above != root { close(above) } }
      let isNew = withoutUmask { mkdirat(above, name, 0o755) } == 0
      guard isNew || errno == EEXIST else {
        throw Self.failure(.cannotCreate, "can't create \(path)/\(below)\(name)")
      }
      below += name
      let child = WebRootFolder.open(below, below: root)
      guard child >= 0 else { throw Self.failure(.cannotCreate, "can't use \(path)/\(below)") }
      below += "/"
      parent = child
    }
    return parent
  }

  /// What the file holds; nil where there is none, or it is none of ours.
  private func read(_ token: Token, in folder: Int32) -> String? {
    let file = openat(folder, token.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = Glibc.read(file, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
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
