internal import ACMECore
internal import CSystem
internal import Glibc

/// What a process gives up for good, and so do the threads that it begins later: all rights on files and on TCP ports
/// but those that are allowed here (landlock(7)). Each version of it that a kernel may have is used as far as it goes.
struct Landlock {
  /// On files.
  struct Rights: OptionSet {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    static let execute = Rights(rawValue: 1 << 0)
    static let writeFile = Rights(rawValue: 1 << 1)
    static let readFile = Rights(rawValue: 1 << 2)
    static let readFolder = Rights(rawValue: 1 << 3)
    static let removeFile = Rights(rawValue: 1 << 5)
    static let makeFolder = Rights(rawValue: 1 << 7)
    static let makeFile = Rights(rawValue: 1 << 8)
    static let truncate = Rights(rawValue: 1 << 14)
    static let control = Rights(rawValue: 1 << 15)

    static let reading: Rights = [.readFile, .readFolder]

    /// What a file can have that is no folder.
    fileprivate static let ofFiles: Rights = [.execute, .writeFile, .readFile, .truncate, .control]

    /// All that are known to `version`: 2 added moves between folders, 3 truncation, 5 ioctl on devices.
    fileprivate static func all(_ version: Int32) -> Rights {
      let count = version < 2 ? 13 : version < 3 ? 14 : version < 5 ? 15 : 16
      return Rights(rawValue: 1 << count - 1)
    }
  }

  /// On TCP ports, since version 4.
  struct PortRights: OptionSet {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    static let bind = PortRights(rawValue: 1 << 0)
    static let connect = PortRights(rawValue: 1 << 1)
  }

  /// Since version 6: connecting to sockets with an abstract name, and signals, to whoever is outside.
  private static let allScopes: UInt64 = 1 << 0 | 1 << 1
  /// Since version 7: a process that has been taken over doesn't flood the log by what it confines itself.
  private static let noLogOfSubdomains: UInt32 = 1 << 2

  private let version: Int32
  private let handled: Rights
  private let ruleset: Int32

  /// nil where the kernel has no Landlock, or doesn't let us use it.
  ///
  /// - Parameters:
  ///   - free: rights that aren't given up at all.
  ///   - freeOnPorts: the same of ports.
  init?(leaving free: Rights, _ freeOnPorts: PortRights) {
    version = CSystem_landlock_version()
    guard version > 0 else { return nil }
    handled = Rights.all(version).subtracting(free)
    let ports: PortRights = version < 4 ? [] : [.bind, .connect]
    let scopes = version < 6 ? 0 : Self.allScopes
    let size = version < 4 ? 8 : version < 6 ? 16 : 24
    ruleset = CSystem_landlock_ruleset(handled.rawValue, ports.subtracting(freeOnPorts).rawValue, scopes, size)
    guard ruleset >= 0 else { return nil }
  }

  /// Allows `rights` on all that lies in the folder at `path`, at whatever depth. What isn't there is passed over.
  func allow(_ rights: Rights, below path: Path) { allow(path, O_DIRECTORY) { _ in rights } }

  /// Allows `rights` on the file at `path` alone. One that turns out to be a folder can be opened, to find that out.
  func allow(_ rights: Rights, on path: Path) {
    allow(path, 0) { file in
      guard let status = file.status else { return [] }
      return status.isOf(S_IFDIR) ? rights.intersection(.readFolder) : rights.intersection(.ofFiles)
    }
  }

  func allow(_ rights: PortRights, onPort port: UInt16) {
    guard version >= 4 else { return }
    _ = CSystem_landlock_allow_port(ruleset, UInt64(port), rights.rawValue)
  }

  private func allow(_ path: Path, _ flags: Int32, _ rights: (FileDescriptor) -> Rights) {
    let number = path.withCString { CSystem_open_name(AT_FDCWD, $0, flags) }
    guard number >= 0 else { return }
    defer { close(number) }
    let allowed = rights(FileDescriptor(number: number)).intersection(handled)
    guard !allowed.isEmpty else { return }
    _ = CSystem_landlock_allow_file(ruleset, number, allowed.rawValue)
  }

  /// From here on it holds. Needs no_new_privs.
  func enter() {
    _ = CSystem_landlock_enter(ruleset, version < 7 ? 0 : Self.noLogOfSubdomains)
    close(ruleset)
  }
}
