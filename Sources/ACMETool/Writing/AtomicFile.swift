package import ACMECore
internal import Glibc

/// A file that is replaced whole or stays as it was: written beside itself, synced, renamed.
package struct AtomicFile {
  private enum Content {
    /// - ifChanged: a file that holds the same already keeps its time.
    case ordinary([UInt8], ifChanged: Bool)
    /// Readable by the owner alone; put over another file only if `mayReplace`.
    case secret(SecretBytes, mayReplace: Bool)

    func write(to file: FileDescriptor) throws(IOError) {
      switch self {
      case .ordinary(let bytes, _): try file.write(bytes)
      case .secret(let bytes, _): try file.write(bytes)
      }
    }
  }

  private let shownPath: Path
  /// With links followed, so that a link stays one and its target is replaced.
  private let path: Path
  private let existing: stat?
  /// A device, a pipe, or a name of one of our descriptors: nothing that could be replaced.
  private let isWrittenThrough: Bool

  /// Throws `Failure` 73 where no file can be made there; nothing has been touched then.
  package init(_ path: Path) throws(Failure) {
    shownPath = path
    guard Files.descriptor(named: path) == nil else {
      self.path = path
      existing = nil
      isWrittenThrough = true
      return
    }
    guard let target = path.endOfLinks else {
      throw Failure(.cannotCreate, "can't create \(path): \(IOError(ELOOP).reason)")
    }
    self.path = target
    do throws(IOError) { existing = try target.status } catch {
      throw Failure(.cannotCreate, "can't create \(path): \(error.reason)")
    }
    isWrittenThrough = existing.map { !$0.isRegular } ?? false
    if let existing, existing.isOf(S_IFDIR) { throw cannotCreate(IOError(EISDIR)) }
    // What can be connected to can't be opened.
    if let existing, existing.isOf(S_IFSOCK) { throw cannotCreate(IOError(ENXIO)) }
    let needed = isWrittenThrough ? (target, W_OK) : (target.folder, W_OK | X_OK)
    guard needed.0.withCString({ access($0, needed.1) }) == 0 else { throw cannotCreate(IOError(errno)) }
  }

  /// Makes a file beside it and takes it away again: what fails now would fail when there is something to lose.
  ///
  /// Throws `Failure` 73.
  package func prove() throws(Failure) {
    guard !isWrittenThrough else { return }
    do {
      try refuseToRenameOver()
      try Signals.holding {
        let temporary = try TemporaryFile(beside: path, mode: TemporaryFile.secretMode)
        defer { temporary.discard() }
        try temporary.proveRoom()
      }
    } catch let error as IOError {
      throw cannotCreate(error)
    } catch {
      throw Failure(error, in: shownPath.description)
    }
  }

  /// Allows what is needed to write it.
  func allow(in rules: Landlock) {
    guard !isWrittenThrough else {
      if Files.descriptor(named: path) == nil { rules.allow(.writeFile, on: path) }
      return
    }
    rules.allow([.makeFile, .writeFile, .removeFile, .readFolder], below: path.folder)
    // Of the other files of that folder nothing can be read.
    if existing != nil { rules.allow(.readFile, on: path) }
  }

  /// - Parameter ifChanged: whether a file that holds the same already keeps its time.
  ///
  /// Whether that changed anything.
  @discardableResult
  package func write(_ bytes: [UInt8], ifChanged: Bool = false) throws(Failure) -> Bool {
    try write(.ordinary(bytes, ifChanged: ifChanged))
  }

  /// Writes what its owner alone may read, over another file only if `mayReplace`.
  package func write(_ secret: SecretBytes, mayReplace: Bool) throws(Failure) {
    _ = try write(.secret(secret, mayReplace: mayReplace))
  }

  private func write(_ content: Content) throws(Failure) -> Bool {
    do {
      guard !isWrittenThrough else {
        try writeThrough(content)
        return true
      }
      return try Signals.holding { try replace(content) }
    } catch let error as IOError {
      throw Failure(.io, "writing \(shownPath) failed: \(error.reason)")
    } catch {
      throw Failure(error, in: shownPath.description)
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
    guard existing != nil, !isWrittenThrough else { return }
    do {
      guard try Files.secretContents(of: path).holdsPrivateKey else { return }
    } catch {
      // No key is as large as what can't be read for its size; one that we may not read might be one.
      guard error.status == .noInput, !isReadableByAll else { return }
      throw Failure(
        .cannotCreate, "\(error.message), and it might be a private key, which nothing else is written over",
        hint: "choose another name")
    }
    throw Failure(
      .cannotCreate, "\(shownPath) holds a private key, and nothing else is written over it",
      hint: "choose another name")
  }

  /// Of no key. A run beside this one may have put it there since, and what is new there can't be read any more.
  private var isReadableByAll: Bool { existing.map { $0.st_mode & S_IROTH != 0 } ?? false }

  /// What a rename would fail of, though a file can be made beside it.
  private func refuseToRenameOver() throws {
    if let existing, isProtectedBySticky(existing) {
      var failure = cannotCreate(IOError(EPERM))
      failure.hint = Owner.hint(shownPath, existing)
      throw failure
    }
    let folder = Attributes(of: path.folder)
    let file = existing == nil ? Attributes.none : Attributes(of: path)
    if file.isMountPoint {
      throw Failure(
        .cannotCreate, "can't create \(shownPath): a file is mounted there, which can be written to but not replaced",
        hint: "mount the folder instead of the file, or write to stdout and redirect it there")
    }
    guard !file.isUnchangeable, !folder.isUnchangeable else { throw cannotCreate(IOError(EPERM)) }
  }

  /// In such a folder only its owner and the file's may replace the file.
  private func isProtectedBySticky(_ existing: stat) -> Bool {
    guard let folder = try? path.folder.status, folder.st_mode & S_ISVTX != 0 else { return false }
    return ![0, existing.st_uid, folder.st_uid].contains(geteuid())
  }

  private func replace(_ content: Content) throws -> Bool {
    var isExclusive = false
    switch content {
    case .ordinary(let bytes, let ifChanged):
      if ifChanged, existing != nil, (try? Files.contents(of: path)) == bytes { return false }
      try refuseToReplaceKey()
    case .secret(_, let mayReplace):
      if !mayReplace { try refuseToReplace() }
      isExclusive = !mayReplace
    }
    let temporary: TemporaryFile
    do throws(IOError) { temporary = try TemporaryFile(beside: path, mode: mode(for: content), owner: existing) } catch
    {
      throw cannotCreate(error)
    }
    do {
      try temporary.write(content.write)
      // Not even over a file that came to be in the meantime.
      if isExclusive { try temporary.becomeNew(path) } else { try temporary.become(path) }
    } catch {
      temporary.discard()
      guard [EEXIST, EBUSY, EISDIR].contains(error.code) else { throw error }
      throw cannotCreate(error)
    }
    path.syncFolder()
    return true
  }

  private func mode(for content: Content) -> mode_t {
    if case .secret = content { return TemporaryFile.secretMode }
    if let existing { return existing.st_mode & 0o7777 }
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }

  private func writeThrough(_ content: Content) throws {
    let number = Files.open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw cannotCreate(IOError(errno)) }
    defer { close(number) }
    try content.write(to: FileDescriptor(number: number))
  }

  private func cannotCreate(_ error: IOError) -> Failure {
    Failure(
      .cannotCreate, "can't create \(shownPath): \(error.reason)",
      hint: isWrittenThrough
        ? Owner.hint(error, path, need: S_IWUSR) : Owner.hint(error, path.folder, need: S_IWUSR | S_IXUSR))
  }
}

extension Path {
  /// Follows links, the last one even where what it points to isn't there yet; nil where there is no end to them.
  var endOfLinks: Path? {
    var path = self
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = path.withCString { readlink($0, &buffer, buffer.count) }
      guard count > 0, let target = Path(Octets(buffer[..<count].map { UInt8(bitPattern: $0) })) else { return path }
      path = target.isAbsolute ? target : path.sibling(target.octets)
    }
    return nil
  }
}

extension SecretBytes {
  /// In PEM, of whatever kind (RFC 7468), OpenPGP's too; as a JWK, such as certbot's; or in DER.
  var holdsPrivateKey: Bool {
    if let begin = firstRange(of: "-----BEGIN ") {
      let text = self[begin.upperBound...]
      return text.firstRange(of: "PRIVATE KEY-----") != nil || text.firstRange(of: "PRIVATE KEY BLOCK-----") != nil
    }
    return PrivateKey.isOne(der: self) || PrivateKey.isHeld(inJSON: self)
  }
}
