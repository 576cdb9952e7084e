import Glibc

/// A folder of a web root, reached step by step: a link is followed as long as it stays below the root, and never by
/// the kernel, which would let it lead anywhere.
struct WebRootFolder {
  /// As many as the kernel follows.
  private static let mostLinks = 40

  /// Who opened a folder closes it; that of the root is the caller's.
  private let root: Int32
  private var opened: [Int32] = []

  private var here: Int32 { opened.last ?? root }

  private init(_ root: Int32) { self.root = root }

  /// A descriptor of the folder at `path`, which is relative to `root`, for the caller to close; -1 with errno set
  /// where there is none. EXDEV says that a link leads out of the root.
  static func open(_ path: String, below root: Int32) -> Int32 {
    var way = WebRootFolder(root)
    let error = way.walk(Array(path.utf8))
    let end = error == 0 && !way.opened.isEmpty ? way.opened.removeLast() : -1
    way.opened.forEach { close($0) }
    errno = error
    return end
  }

  /// 0, or the error.
  private mutating func walk(_ path: [UInt8]) -> Int32 {
    var rest = Self.parts(path)
    var links = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == Self.above {
        guard let last = opened.popLast() else { return EXDEV }
        close(last)
        continue
      }
      let next = openat(here, name.map(CChar.init(bitPattern:)) + [0], Self.flags)
      if next >= 0 {
        opened.append(next)
        continue
      }
      let error = errno
      guard error == ELOOP || error == ENOTDIR, let target = link(name) else { return error }
      links += 1
      guard links <= Self.mostLinks else { return ELOOP }
      guard target.first != UInt8(ascii: "/") else { return EXDEV }
      rest = Self.parts(target) + rest
    }
    return opened.isEmpty ? EXDEV : 0
  }

  private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
  private static let above = Array("..".utf8)

  private static func parts(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != Array(".".utf8) }
  }

  /// What the link says; nil where it is none.
  private func link(_ name: [UInt8]) -> [UInt8]? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(here, name.map(CChar.init(bitPattern:)) + [0], &target, target.count)
    return count > 0 ? target[..<count].map { UInt8(bitPattern: $0) } : nil
  }
}
