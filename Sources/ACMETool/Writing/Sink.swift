internal import ACMECore
internal import Glibc

/// Where the product goes, or word of the failure.
struct Sink {
  private let file: Path?
  private let ifChanged: Bool
  /// Whether stdout is for another tool, or a file that one may read later.
  let isFailureWritten: Bool
  private let messages: Messages

  init(destination: any Destination, messages: Messages) {
    file = destination.file
    ifChanged = destination.ifChanged
    isFailureWritten = destination.file == nil && !FileDescriptor.standardOutput.isTerminal
    self.messages = messages
  }

  init(toStandardOutput: Bool, messages: Messages) {
    file = nil
    ifChanged = false
    isFailureWritten = toStandardOutput && !FileDescriptor.standardOutput.isTerminal
    self.messages = messages
  }

  func write(_ product: Product) throws {
    let isNew = try writeContent(of: product)
    guard let words = product.inWords else { return }
    messages.step("\(file?.description ?? "stdout"): \(words)\(isNew ? "" : ", as it was")")
  }

  /// Whether that changed anything.
  private func writeContent(of product: Product) throws -> Bool {
    switch product {
    case .document(let object, _): return try write(Array((unlessThere(object).text + "\n").utf8))
    case .documents(let objects, _, _): return try write(objects.flatMap { Array(($0.text + "\n").utf8) })
    case .text(let text, _, _): return try write(Array(text.utf8))
    case .octets(let octets, _): return try write(octets)
    case .nothing: return false
    case .secret(let bytes, _, let mayReplace):
      if let file {
        try AtomicFile(file).write(bytes, mayReplace: mayReplace)
        // FAT and CIFS show each file with the modes that they were mounted with.
        if (try? file.status)?.isReadableByOthers == true {
          messages.warning("the file system keeps no modes: others can read the private key in \(file)")
        }
      } else {
        warnWhereOthersCanRead()
        try toStandardOutput { stdout throws(IOError) in try stdout.write(bytes) }
      }
      return true
    }
  }

  /// The document as the file has it, where that is to stay and says the same.
  private func unlessThere(_ object: JSONObject) -> JSONObject {
    guard ifChanged, let file, file.isLasting, let bytes = try? Files.contents(of: file),
      let older = try? JSONObject(parsing: bytes), object.isNoNews(after: older)
    else { return object }
    return older
  }

  private func write(_ bytes: [UInt8]) throws -> Bool {
    guard let file else {
      try toStandardOutput { stdout throws(IOError) in try stdout.write(bytes) }
      return true
    }
    return try AtomicFile(file).write(bytes, ifChanged: ifChanged)
  }

  private func toStandardOutput(_ write: (FileDescriptor) throws(IOError) -> Void) throws {
    do throws(IOError) {
      try write(FileDescriptor.standardOutput)
      // Some file systems say only now that the disk is full.
      if let status = FileDescriptor.standardOutput.status, status.isRegular {
        try FileDescriptor.standardOutput.sync()
      }
    } catch {
      guard error.code != EPIPE else { throw ReaderGone() }
      throw Failure(error, writing: "stdout")
    }
  }

  private func warnWhereOthersCanRead() {
    guard FileDescriptor.standardOutput.status?.isReadableByOthers == true else { return }
    messages.warning("the private key goes to a file that others can read: use -o, or umask 077")
  }
}

extension FileDescriptor {
  /// Throws `Failure` 74 where whoever started the tool has closed this: what stands there can only be read.
  func refuseClosed() throws(Failure) {
    guard fcntl(number, F_GETFL) & O_ACCMODE == O_RDONLY else { return }
    throw Failure(IOError(EBADF), writing: "stdout")
  }
}

extension Failure {
  fileprivate init(_ error: IOError, writing what: String) {
    self.init(.io, "writing to \(what) failed: \(error.reason)")
  }
}
