package import ACMECore
internal import ArgumentParser
internal import Glibc

/// A file's name, octet for octet: never empty, and without NUL.
package struct Path: Sendable {
  package let octets: Octets
  /// The variable that it stood in, which messages name; nil for one that was given otherwise.
  private var variable: String?

  /// nil for what is no path.
  package init?(_ octets: Octets) {
    guard !octets.isEmpty, !octets.bytes.contains(0) else { return nil }
    self.octets = octets
  }

  /// The value of an option. An empty one was meant otherwise: an unset variable, most likely.
  package init(argument: String) throws {
    guard let path = Path(Octets(carried: argument)) else { throw ValidationError("an empty value was given") }
    self = path
  }

  /// What stands in `variable`; nil where that is no path.
  init?(_ octets: Octets, from variable: String) {
    self.init(octets)
    self.variable = variable
  }

  /// One that stands in the sources.
  package init(_ fixed: StaticString) {
    octets = fixed.withUTF8Buffer { Octets($0) }
  }

  func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try octets.withCString(body)
  }

  package var isAbsolute: Bool { octets.bytes.first == Self.slash }

  /// What follows the last slash.
  var lastComponent: Octets { Octets(octets.bytes[afterLastSlash...]) }

  /// The folder that it lies in.
  var folder: Path {
    let above = octets.bytes[..<afterLastSlash]
    // The slash stays only where it is all there is.
    let bytes = above.isEmpty ? [UInt8(ascii: ".")] : above.count == 1 ? Array(above) : Array(above.dropLast())
    return Path(checked: bytes)
  }

  /// So that a new name outlives a power cut. A folder that can't be synced has the file all the same.
  func syncFolder() {
    let number = folder.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else { return }
    fsync(number)
    close(number)
  }

  /// Another name in the same folder.
  func sibling(_ name: Octets) -> Path { Path(checked: octets.bytes[..<afterLastSlash] + name.bytes) }

  private static let slash = UInt8(ascii: "/")

  private var afterLastSlash: Int { octets.bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0 }

  private init(checked bytes: some Sequence<UInt8>) { octets = Octets(bytes) }
}

extension Path: CustomStringConvertible {
  package var description: String { variable.map { "\(octets) (\($0))" } ?? octets.description }
}

extension Path: Hashable {
  package static func == (one: Path, other: Path) -> Bool { one.octets == other.octets }
  package func hash(into hasher: inout Hasher) { hasher.combine(octets) }
}

extension Path {
  package var isMissing: Bool { withCString { access($0, F_OK) } != 0 && errno == ENOENT }

  package var isPipe: Bool { (try? status)?.isOf(S_IFIFO) ?? false }

  /// nil where there is nothing yet. Throws `IOError` where nothing could be, as for a name that is too long.
  var status: stat? {
    get throws(IOError) {
      var status = stat()
      if withCString({ stat_($0, &status) }) == 0 { return status }
      guard errno == ENOENT else { throw IOError(errno) }
      return nil
    }
  }
}

extension Path {
  /// Whether it is a file that can be read more than once, and is the same each time.
  package var isLasting: Bool {
    let status = try? status
    return Files.descriptor(named: self) == nil && status?.isRegular ?? false
  }
}

/// The function, which in Swift hides behind the type of the same name.
private func stat_(_ path: UnsafePointer<CChar>, _ status: inout stat) -> Int32 { stat(path, &status) }
