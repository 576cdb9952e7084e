import ACMECore
import Glibc
import Testing

@testable import ACMETool

/// A folder of its own for each test, taken away afterwards.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/acme-tool-tests.XXXXXX".utf8CString)
    mkdtemp(&template)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func mode(_ name: String) -> mode_t {
    var status = stat()
    lstat("\(path)/\(name)", &status)
    return status.st_mode & 0o7777
  }
}

@Suite struct AtomicFileTests {
  private let scratch = Scratch()

  private func path(_ name: String) throws -> Path { try Path(argument: "\(scratch.path)/\(name)") }

  private func file(_ name: String) throws -> AtomicFile { try AtomicFile(path(name)) }

  private func content(_ name: String) throws -> String {
    String(decoding: try Files.read(path(name)), as: UTF8.self)
  }

  @Test func `a file is replaced whole, keeps its mode, and leaves nothing beside it`() throws {
    try file("a").write(Array("one".utf8))
    chmod("\(scratch.path)/a", 0o640)
    try file("a").write(Array("two".utf8))
    #expect(try content("a") == "two")
    #expect(scratch.mode("a") == 0o640)
    #expect(scratch.names == ["a"])
  }

  @Test func `a key is for its owner alone, and never goes over another file`() throws {
    try file("key").write(SecretBytes("secret".utf8), mayReplace: false)
    #expect(scratch.mode("key") == 0o600)
    #expect(throws: Failure.self) { try file("key").write(SecretBytes([1]), mayReplace: false) }
    #expect(try content("key") == "secret")
    chmod("\(scratch.path)/key", 0o644)
    try file("key").write(SecretBytes("new".utf8), mayReplace: true)
    #expect(scratch.mode("key") == 0o600)
    #expect(scratch.names == ["key"])
  }

  @Test func `a link is followed, and stays`() throws {
    symlink("target", "\(scratch.path)/link")
    try file("link").write(Array("x".utf8))
    #expect(scratch.names == ["link", "target"])
    #expect(try content("target") == "x")
    var status = stat()
    lstat("\(scratch.path)/link", &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func `an equal file keeps its time`() throws {
    try file("a").write(Array("same".utf8))
    let times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
    utimes("\(scratch.path)/a", times)
    try file("a").write(Array("same".utf8), ifChanged: true)
    var status = stat()
    stat("\(scratch.path)/a", &status)
    #expect(status.st_mtim.tv_sec == 1000)
    try file("a").write(Array("other".utf8), ifChanged: true)
    #expect(try content("a") == "other")
  }

  @Test func `a full device is a failure, and a missing folder one at once`() throws {
    #expect(throws: Failure.self) { try AtomicFile(Path("/dev/full")).write([1]) }
    #expect(throws: Failure.self) { try file("none/a") }
    #expect(throws: Failure.self) { try file("") }
    try AtomicFile(Path("/dev/null")).write([1])
  }
}

@Suite struct TemporaryFileTests {
  private let scratch = Scratch()

  private func path(_ name: String) throws -> Path { try Path(argument: "\(scratch.path)/\(name)") }

  @Test func `a file has its mode from the start, whatever the umask`() throws {
    let temporary = try TemporaryFile(beside: path("a"), mode: 0o666)
    try temporary.write { file throws(IOError) in try file.write([1]) }
    try temporary.become(path("a"))
    #expect(scratch.mode("a") == 0o666)
    #expect(scratch.names == ["a"])
  }

  @Test func `a new file never goes over another, and what was made for it goes`() throws {
    try TemporaryFile(beside: path("a"), mode: 0o600).becomeNew(path("a"))
    let second = try TemporaryFile(beside: path("a"), mode: 0o600)
    let error = #expect(throws: IOError.self) { try second.becomeNew(path("a")) }
    #expect(error?.code == EEXIST)
    second.discard()
    #expect(scratch.names == ["a"])
  }

  @Test func `a name as long as the file system takes has room beside it`() throws {
    let name = String(repeating: "n", count: 255)
    let file = try AtomicFile(path(name))
    try file.prove()
    try file.write([1])
    #expect(scratch.names == [name])
    #expect(throws: Failure.self) { try AtomicFile(path(name + "n")) }
  }
}
