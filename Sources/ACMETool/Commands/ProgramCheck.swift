internal import ACMECore
internal import Glibc

extension CommandWords {
  private static let longestFirstLine = 256

  /// A failure with status 71 where there is no such program, or it can't be run; nil where it can.
  func fault(_ environment: Environment) -> Failure? {
    var reason = IOError(ENOENT).reason
    for candidate in candidates(environment) {
      guard candidate.withCString({ access($0, X_OK) }) == 0 else {
        if errno == EACCES { reason = IOError(errno).reason }
        continue
      }
      guard let status = try? candidate.status, status.isRegular else {
        reason = "it is a folder, or no file at all"
        continue
      }
      return Self.missingInterpreter(of: candidate).map(cannotRun)
    }
    return cannotRun(reason)
  }

  /// Where execvp looks.
  private func candidates(_ environment: Environment) -> [Path] {
    let program = words[0].bytes
    guard !program.contains(UInt8(ascii: "/")) else { return [Path(words[0])].compactMap { $0 } }
    let folders = (environment["PATH"] ?? Octets("/bin:/usr/bin")).bytes
      .split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return folders.compactMap { folder in
      // An empty one is the folder that we are in.
      Path(Octets((folder.isEmpty ? [UInt8(ascii: ".")] : Array(folder)) + [UInt8(ascii: "/")] + program))
    }
  }

  /// What is wrong with the program that the first line of a script names; nil where nothing is.
  private static func missingInterpreter(of script: Path) -> String? {
    let number = Files.open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return nil }
    let file = FileDescriptor(number: number)
    defer { file.close() }
    guard let start = try? file.read(atMost: longestFirstLine), start.starts(with: "#!".utf8) else { return nil }
    let line = start.dropFirst(2).prefix { $0 != 0x0A }
    let name = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
    guard let interpreter = Path(Octets(name)), interpreter.withCString({ access($0, F_OK) }) != 0 else { return nil }
    return line.last == 0x0D
      ? "its lines end in carriage returns, as on DOS, and so its first line names no program"
      : "its first line names \(interpreter), which isn't there"
  }

  private func cannotRun(_ reason: String) -> Failure {
    Failure(.helperFailed, "can't run \(words[0]): \(reason)")
  }
}
