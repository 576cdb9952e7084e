internal import ACMECore
internal import Glibc

extension Step {
  /// Throws `Failure` 64 where a file that is to grow is read, or written, as something else too, by whatever name:
  /// either would spoil the other; and where the output would go over something else that is read. 73 where a file that
  /// is to grow holds what doesn't.
  func refuseOneFileForTwo(_ tool: Tool) throws(Failure) {
    let needs = needs(tool)
    for case .appended(let path, let content) in needs {
      // A key, or a certificate, that is named as a trace is a key before all.
      try AppendedFile.refuse(path, content)
      guard let file = SameFile(path) else { continue }
      let others = needs.compactMap(\.readFile).map { ($0.description, SameFile($0)) } + streams
      guard let other = others.first(where: { $0.1 == file }) else { continue }
      throw Failure(.usage, "\(content.name) \(path) and \(other.0) are the same file")
    }
    try refuseOutputOverInput(needs)
  }

  /// A document may be replaced by its next state. A certificate, a request or a list of names has none.
  private func refuseOutputOverInput(_ needs: [Need]) throws(Failure) {
    guard let output = output.file, let file = SameFile(output) else { return }
    for path in needs.compactMap(\.readFile) where SameFile(path) == file {
      // Of a key it is said later, in the words for all of them.
      guard let bytes = try? Files.secretContents(of: path), !bytes.looksLikeJSON, !bytes.holdsPrivateKey else {
        continue
      }
      throw Failure(
        .usage, "the output \(output) is a file that is read, \(path), and would take its place",
        hint: "write it to another file")
    }
  }

  private var streams: [(String, SameFile?)] {
    let input = input.map { _ in ("stdin", SameFile(.standardInput)) }
    let output = output.file.map { ("the output \($0)", SameFile($0)) } ?? ("stdout", SameFile(.standardOutput))
    return [input, output].compactMap { $0 }
  }
}

extension Need {
  fileprivate var readFile: Path? {
    switch self {
    case .file(let path), .fileIfThere(let path), .settled(let path): path
    case .appended, .webRoot, .token, .network, .port: nil
    }
  }
}

/// Which file it is that a name leads to; where there is none yet, which it would be.
private struct SameFile: Equatable {
  private let device: dev_t
  private let inode: ino_t
  /// Of one that isn't there: its name in that folder.
  private let name: [UInt8]?

  /// nil for what holds nothing, such as a terminal or a pipe, and for what can't be looked at: that is said later.
  init?(_ path: Path) {
    if let number = Files.descriptor(named: path) {
      self.init(FileDescriptor(number: number))
      return
    }
    do throws(IOError) {
      if let status = try path.status {
        guard status.isRegular else { return nil }
        self.init(status, name: nil)
      } else {
        let end = path.endOfLinks ?? path
        guard let folder = try end.folder.status else { return nil }
        self.init(folder, name: end.lastComponent.bytes)
      }
    } catch {
      return nil
    }
  }

  init?(_ descriptor: FileDescriptor) {
    guard let status = descriptor.status, status.isRegular else { return nil }
    self.init(status, name: nil)
  }

  private init(_ status: stat, name: [UInt8]?) {
    device = status.st_dev
    inode = status.st_ino
    self.name = name
  }
}
