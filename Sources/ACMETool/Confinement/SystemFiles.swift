internal import ACMECore
internal import Glibc

/// What of the system's files a step may need, though it doesn't name them: libraries and what they go by.
extension Landlock {
  private static let folders = [Path("/usr"), Path("/lib"), Path("/lib64"), Path("/nix/store"), Path("/gnu/store")]

  func allowSystem() {
    for folder in Self.folders { allow(.reading, below: folder) }
    allow(.readFile, on: Path("/etc/ld.so.cache"))
    allow(.readFile, on: Path("/dev/urandom"))
    allow([.readFile, .writeFile], on: Path("/dev/null"))
    allow([.readFile, .writeFile, .control], on: Path("/dev/tty"))
  }
}

// MARK: Names of hosts

/// How glibc looks them up, by modules that /etc/nsswitch.conf names.
enum NameLookup {
  private static let usualModules: Set = [
    "files", "dns", "resolve", "myhostname", "mymachines", "mdns", "mdns4", "mdns6", "mdns_minimal", "mdns4_minimal",
    "mdns6_minimal",
  ]

  static var isUsual: Bool { isUsual((try? Files.contents(of: Path("/etc/nsswitch.conf"))) ?? []) }

  /// False where the file names a module of which nobody here knows what it reads.
  static func isUsual(_ file: [UInt8]) -> Bool {
    let lines = String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.allSatisfy { line in
      let words = line.prefix { $0 != "#" }.replacing(":", with: ": ").split(whereSeparator: \.isWhitespace)
      guard words.first == "hosts:" else { return true }
      var isAction = false
      return words.dropFirst().allSatisfy { word in
        isAction = isAction || word.hasPrefix("[")
        defer { if word.hasSuffix("]") { isAction = false } }
        return isAction || usualModules.contains(String(word))
      }
    }
  }
}

extension Landlock {
  /// Named one by one: a rule is for a file as it is now, and can't take a part away from a folder, as /etc/shadow.
  private static let filesOfLookup = [
    Path("/etc/hosts"), Path("/etc/host.conf"), Path("/etc/resolv.conf"), Path("/etc/nsswitch.conf"),
    Path("/etc/gai.conf"), Path("/etc/services"), Path("/etc/protocols"), Path("/etc/networks"),
    Path("/etc/mdns.allow"),
  ]

  /// Where /etc/resolv.conf is a link to, and is made anew when the network changes.
  private static let foldersOfLookup = [
    Path("/run/systemd/resolve"), Path("/run/systemd/machines"), Path("/run/resolvconf"), Path("/run/NetworkManager"),
    Path("/run/netconfig"), Path("/run/connman"),
  ]

  func allowNameLookup(_ environment: Environment) {
    for file in Self.filesOfLookup { allow(.readFile, on: file) }
    for folder in Self.foldersOfLookup { allow(.reading, below: folder) }
    if let file = environment["HOSTALIASES"].flatMap(Path.init) { allow(.readFile, on: file) }
  }
}

// MARK: Tokens

extension Landlock {
  private static let tokenDevices = [Path("/dev/tpm0"), Path("/dev/tpmrm0")]
  private static let tokenFolders = [
    Path("/dev/bus/usb"), Path("/dev/shm"), Path("/run/lock"), Path("/etc/tpm2_pkcs11"), Path("/var/lib/opencryptoki"),
    Path("/var/lib/softhsm"),
  ]

  /// What the libraries that lead to tokens write to: the device itself, and stores with their locks. They may read
  /// anything.
  func allowToken(_ environment: Environment) {
    for device in Self.tokenDevices { allow([.writeFile, .control], on: device) }
    let home = environment["HOME"].flatMap { Path(Octets($0.bytes + Octets("/.tpm2_pkcs11").bytes)) }
    let named = environment["TPM2_PKCS11_STORE"].flatMap(Path.init)
    for folder in Self.tokenFolders + [home, named].compactMap({ $0 }) {
      allow([.writeFile, .makeFile, .removeFile, .truncate, .control], below: folder)
    }
    guard let log = environment["PKCS11SPY_OUTPUT"].flatMap(Path.init) else { return }
    if log.isMissing { allow([.writeFile, .makeFile], below: log.folder) } else { allow(.writeFile, on: log) }
  }
}

// MARK: Certificates that are trusted

extension Landlock {
  /// Of Debian, Red Hat, SUSE, Arch and Alpine.
  private static let trustedFolders = [
    Path("/etc/ssl/certs"), Path("/etc/pki/tls/certs"), Path("/etc/pki/ca-trust/extracted"),
    Path("/etc/ca-certificates"), Path("/var/lib/ca-certificates"),
  ]
  private static let trustedFiles = [Path("/etc/ssl/cert.pem"), Path("/etc/pki/tls/cert.pem")]

  func allowTrustStore(_ environment: Environment) {
    let named = environment["SSL_CERT_DIR"]?.bytes.split(separator: UInt8(ascii: ":")).compactMap { Path(Octets($0)) }
    for folder in (Self.trustedFolders + (named ?? [])).unique {
      allow(.reading, below: folder)
      allowEndsOfLinks(in: folder)
    }
    let file = environment["SSL_CERT_FILE"].flatMap(Path.init)
    for file in Self.trustedFiles + [file].compactMap({ $0 }) { allow(.reading, on: file) }
  }

  /// Those that lead elsewhere than into the same folder, or to where the distribution's own certificates are.
  private func allowEndsOfLinks(in folder: Path) {
    guard let entries = folder.withCString(opendir) else { return }
    defer { closedir(entries) }
    let own = "/usr/share/".utf8.map { CChar(bitPattern: $0) }
    let slash = CChar(bitPattern: UInt8(ascii: "/"))
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    while let entry = readdir(entries) {
      guard entry.pointee.d_type == DT_LNK || entry.pointee.d_type == DT_UNKNOWN else { continue }
      withUnsafePointer(to: &entry.pointee.d_name) { start in
        start.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { name in
          let count = readlinkat(dirfd(entries), name, &target, target.count)
          guard count > 0, target[..<count].contains(slash), !target[..<count].starts(with: own),
            let path = Path(Octets(folder.octets.bytes + Octets("/").bytes + Octets(cString: name).bytes))
          else { return }
          allow(.readFile, on: path)
        }
      }
    }
  }
}
