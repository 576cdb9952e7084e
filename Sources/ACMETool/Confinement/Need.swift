/// What a step still does once it has begun, beside writing its output and talking to whoever is at the terminal.
/// Everything else is given up.
package enum Need: Sendable {
  /// It reads the file that an option names. Where there is none yet, any of that folder: another command of the
  /// pipeline may be about to make it.
  case file(Path)
  /// The same where a file that isn't there has a meaning of its own.
  case fileIfThere(Path)
  /// It reads the file, and sees to it that it outlives a crash of the machine.
  case settled(Path)
  /// It appends to the file.
  case appended(Path, AppendedFile.Content)
  /// It makes and removes files, and makes folders, below a web root.
  case webRoot(Path)
  /// It uses a token, whose library, somebody else's, has to read what it wants to, and to speak to its device.
  case token
  /// It looks names up, and connects to any host: who that is, a directory or a proxy decides.
  case network
  /// It listens on the port.
  case port(UInt16)
}

extension Need {
  static func file(at place: KeyPlace) -> Need {
    switch place {
    case .file(let path): .file(path)
    case .token: .token
    }
  }
}

extension [Need] {
  /// For what is read from a file, if one is named.
  package static func file(_ path: Path?) -> [Need] { path.map { [.file($0)] } ?? [] }

  package static func key(_ place: KeyPlace?) -> [Need] { place.map { [.file(at: $0)] } ?? [] }
}
