internal import ACMECore
internal import CSystem
internal import Glibc

/// What keeps a file from being replaced, or a folder from being changed, though its mode would allow it.
struct Attributes {
  static let none = Attributes(isMountPoint: false, isUnchangeable: false)

  /// Something is mounted there.
  let isMountPoint: Bool
  /// It may not be changed at all, or only be appended to.
  let isUnchangeable: Bool

  private init(isMountPoint: Bool, isUnchangeable: Bool) {
    self.isMountPoint = isMountPoint
    self.isUnchangeable = isUnchangeable
  }

  init(of path: Path) {
    let bits = path.withCString(CSystem_attributes)
    guard bits >= 0 else {
      self.init(isMountPoint: MountTable.holds(path), isUnchangeable: false)
      return
    }
    self.init(
      isMountPoint: bits & CSystem_attribute_mount_root != 0, isUnchangeable: bits & CSystem_attribute_unchangeable != 0
    )
  }
}

/// The kernel's list of what is mounted, for where statx isn't to be had.
private enum MountTable {
  static func holds(_ path: Path) -> Bool {
    guard let real = path.withCString({ realpath($0, nil) }) else { return false }
    defer { free(real) }
    let wanted = Octets(cString: real).bytes
    guard let table = try? Files.contents(of: Path("/proc/self/mountinfo")) else { return false }
    return table.split(separator: 0x0A).contains { line in
      let fields = line.split(separator: 0x20, maxSplits: 5)
      return fields.count > 4 && unescaped(fields[4]) == wanted
    }
  }

  /// Blanks, line ends and backslashes stand there as `\040` and the like.
  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = field
    while let first = rest.popFirst() {
      let digits = rest.prefix(3)
      if first == UInt8(ascii: "\\"), let octet = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
        octets.append(octet)
        rest = rest.dropFirst(3)
      } else {
        octets.append(first)
      }
    }
    return octets
  }
}
