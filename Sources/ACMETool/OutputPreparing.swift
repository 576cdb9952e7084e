internal import ACMECore
internal import Glibc

extension Destination {
  /// Throws `Failure` 73 where the output can't be created: better now than when a certificate is at stake.
  package func prove() throws {
    guard let file else { return }
    let target = try AtomicFile(file)
    try target.refuseToReplaceKey()
    try target.prove()
  }

  /// The same for a key, which may also not go over another file.
  package func prove(forKeyReplacing mayReplace: Bool) throws {
    guard let file else { return }
    let target = try AtomicFile(file)
    if !mayReplace { try target.refuseToReplace() }
    try target.prove()
  }

  /// Whether the reader is another tool right now, and not a file for later.
  package var isPipe: Bool {
    guard file == nil, let status = FileDescriptor.standardOutput.status else { return false }
    return status.isOf(S_IFIFO) || status.isOf(S_IFSOCK)
  }
}
