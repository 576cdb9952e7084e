package import ACMECore
internal import CSystem
internal import Glibc

/// A file that is replaced whole or stays as it was: written beside itself, synced, renamed.
package struct AtomicFile {
  package enum Manner {
    /// - ifChanged: a file that holds the same already keeps its time.
    case ordinary(ifChanged: Bool)
    /// Readable by the owner alone; put over another file only if `mayReplace`.
    case secret(mayReplace: Bool)
  }

  private let shownPath: String
  /// With links followed, so that a link stays one and its target is replaced.
  private let path: String
  private let existing: stat?
  /// A device, a pipe, a socket, or a name of one of our descriptors: nothing that could be replaced.
  private let isWrittenThrough: Bool

  /// Throws `Failure` 73 where no file can be made there; nothing has been touched then.
  package init(_ path: String) throws(Failure) {
    shownPath = path
    guard Files.descriptor(named: path) == nil else {
      self.path = path
      existing = nil
      isWrittenThrough = true
      return
    }
    guard let target = Self.target(of: path) else {
      throw Failure(.cannotCreate, "can't create \(path): \(IOError(ELOOP).reason)")
    }
    self.path = target
    var status = stat()
    existing = stat_(self.path, &status) == 0 ? status : nil
    isWrittenThrough = existing.map { !$0.isRegular } ?? false
    if let existing, existing.isOf(S_IFDIR) { throw cannotCreate(IOError(EISDIR)) }
    guard !isWrittenThrough else { return }
    guard access(folder, W_OK | X_OK) == 0 else { throw cannotCreate(IOError(errno)) }
  }

  package func write(_ bytes: [UInt8], as manner: Manner) throws(Failure) {
    do {
      if isWrittenThrough { return try writeThrough(bytes) }
      try Signals.holding { try replace(bytes, manner) }
    } catch let error as IOError {
      throw Failure(.io, "writing \(shownPath) failed: \(error.reason)")
    } catch {
      throw Failure(error, in: shownPath)
    }
  }

  /// Throws `Failure` 73 where a key would go over another file.
  package func refuseToReplace() throws(Failure) {
    guard existing != nil, !isWrittenThrough else { return }
    throw Failure(
      .cannotCreate, "\(shownPath) exists already, and a key is never written over another file",
      hint: "choose another name, or give --force if that file is of no more use")
  }

  /// Throws `Failure` 73 where the file there is a private key, of which there may be no other copy.
  package func refuseToReplaceKey() throws(Failure) {
    guard existing != nil, !isWrittenThrough, let bytes = try? Files.read(path), bytes.holdsPrivateKey else { return }
    throw Failure(
      .cannotCreate, "\(shownPath) holds a private key, and nothing else is written over it",
      hint: "choose another name")
  }

  private func replace(_ bytes: [UInt8], _ manner: Manner) throws {
    if case .ordinary(ifChanged: true) = manner, existing != nil, (try? Files.read(path)) == bytes { return }
    var isExclusive = false
    if case .ordinary = manner { try refuseToReplaceKey() }
    if case .secret(mayReplace: false) = manner {
      try refuseToReplace()
      isExclusive = true
    }

    var template = Array("\(folder)/.\(name).XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else { throw cannotCreate(IOError(errno)) }
    let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do {
      defer { close(number) }
      try setMode(of: number, manner)
      try FileDescriptor(number: number).write(bytes)
      try check(fsync(number))
      if isExclusive {
        // Not even over a file that came to be in the meantime.
        guard CSystem_rename_new(temporary, path) == 0 else {
          throw errno == EEXIST ? cannotCreate(IOError(errno)) : IOError(errno)
        }
      } else {
        try check(rename(temporary, path))
      }
    } catch {
      unlink(temporary)
      throw error
    }
    syncFolder()
  }

  /// mkstemp makes a file that only its owner may use, less what the umask takes away even from keys.
  private func setMode(of number: Int32, _ manner: Manner) throws(IOError) {
    if case .secret = manner {
      try check(fchmod(number, 0o600))
    } else if let existing {
      // Only root may give a file away; who may not keeps it.
      _ = fchown(number, existing.st_uid, existing.st_gid)
      try check(fchmod(number, existing.st_mode & 0o7777))
    } else {
      let mask = umask(0)
      umask(mask)
      try check(fchmod(number, 0o666 & ~mask))
    }
  }

  private func writeThrough(_ bytes: [UInt8]) throws {
    let number = Files.open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw cannotCreate(IOError(errno)) }
    defer { close(number) }
    try FileDescriptor(number: number).write(bytes)
  }

  /// So that the new name outlives a power cut. A folder that can't be synced has the file all the same.
  private func syncFolder() {
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return }
    fsync(number)
    close(number)
  }

  private func cannotCreate(_ error: IOError) -> Failure {
    Failure(.cannotCreate, "can't create \(shownPath): \(error.reason)")
  }

  private func check(_ result: Int32) throws(IOError) {
    guard result == 0 else { throw IOError(errno) }
  }

  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private var name: Substring { path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }

  /// Follows links, the last one even where what it points to isn't there yet; nil where there is no end to them.
  private static func target(of path: String) -> String? {
    var path = path
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      guard count > 0 else { return path }
      let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      path = target.hasPrefix("/") ? target : folder + target
    }
    return nil
  }
}

/// The function, which in Swift hides behind the type of the same name.
private func stat_(_ path: String, _ status: inout stat) -> Int32 { stat(path, &status) }

extension [UInt8] {
  /// In PEM, of whatever kind (RFC 7468).
  fileprivate var holdsPrivateKey: Bool {
    guard let begin = firstRange(of: Array("-----BEGIN ".utf8)) else { return false }
    return self[begin.upperBound...].firstRange(of: Array("PRIVATE KEY-----".utf8)) != nil
  }
}
