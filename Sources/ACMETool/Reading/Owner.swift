internal import Glibc

/// Whose a file is, where that is why something is denied.
enum Owner {
  /// - Parameter need: the permissions that the owner would need.
  ///
  /// nil where `error` is no matter of permissions.
  static func hint(_ error: IOError, _ path: Path, need: mode_t) -> String? {
    guard error.code == EACCES, let status = try? path.status else { return nil }
    guard status.st_uid == geteuid() else { return hint(path, status) }
    return status.st_mode & need == need ? nil : "its mode, \(mode(status)), forbids it"
  }

  static func hint(_ path: Path, _ status: stat) -> String {
    let kind = status.isOf(S_IFDIR) ? "the folder \(path)" : "\(path)"
    return "\(kind) belongs to \(name(status.st_uid)), with mode \(mode(status)), and this runs as \(name(geteuid()))"
  }

  private static func mode(_ status: stat) -> String {
    let digits = String(status.st_mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// By number: to ask for more may mean to ask the network.
  private static func name(_ user: uid_t) -> String { user == 0 ? "root" : "user \(user)" }
}
