internal import ACMECore
internal import CSystem

extension Step {
  /// Gives up, for good, all that the step doesn't need: from here on a process that was taken over can do no more than
  /// the step itself. Silently less where the kernel can't hold it to that.
  ///
  /// Throws `Failure` 70 where the tool isn't let have what it needs.
  ///
  /// Before any thread, look-up or connection, and before anything foreign is looked at. The supervisor is outside: what
  /// it runs has all the rights of the user.
  func confine(_ tool: Tool) throws(Failure) {
    let needs = needs(tool)
    if needs.connect { try Room.takeForNetwork() }
    OpenSSLConfiguration.read()
    for case .file(let path) in needs { Files.hold(path) }
    if !needs.areMany { for case .fileIfThere(let path) in needs { Files.holdIfThere(path) } }
    for case .appended(let path, let content) in needs { tool.open(path, content) }
    _ = CSystem_set_no_new_privileges()
    confineFiles(needs, tool.environment)
    let filter = SyscallFilter(
      usesSockets: needs.connect || needs.listen, listens: needs.listen,
      takesOverModes: output.file != nil || needs.useToken)
    filter?.enter()
  }

  private func confineFiles(_ needs: [Need], _ environment: Environment) {
    let isReadingFree = needs.useToken || needs.connect && !NameLookup.isUsual
    guard let rules = Landlock(leaving: isReadingFree ? .reading : [], needs.connect ? .connect : []) else { return }
    rules.allowSystem()
    if needs.connect {
      rules.allowNameLookup(environment)
      rules.allowTrustStore(environment)
    }
    if needs.useToken { rules.allowToken(environment) }
    if let file = output.file { try? AtomicFile(file).allow(in: rules) }
    for need in needs { rules.allow(need) }
    if needs.areMany {
      let folders = needs.compactMap { if case .fileIfThere(let path) = $0 { path.folder } else { nil } }
      for folder in folders.unique { rules.allow(.readFile, below: folder) }
    }
    rules.enter()
  }
}

extension Need {
  fileprivate var isToken: Bool { if case .token = self { true } else { false } }
  fileprivate var isNetwork: Bool { if case .network = self { true } else { false } }
  fileprivate var isPort: Bool { if case .port = self { true } else { false } }
}

extension [Need] {
  /// Whether a connection may be made: a token may be a service somewhere, too.
  fileprivate var connect: Bool { contains { $0.isNetwork || $0.isToken } }
  fileprivate var useToken: Bool { contains(where: \.isToken) }
  /// More files than can be kept open, as those of a fleet: what replaces them may be read, too.
  fileprivate var areMany: Bool { count > 200 }
  fileprivate var listen: Bool { contains(where: \.isPort) }
}

extension Landlock {
  fileprivate func allow(_ need: Need) {
    switch need {
    case .file(let path):
      allow(.reading, on: path)
      if path.isMissing, let end = path.endOfLinks { allow(.readFile, below: end.folder) }
    case .fileIfThere(let path): allow(.reading, on: path)
    case .settled(let path):
      allow(.reading, on: path)
      allow(.readFolder, below: (path.endOfLinks ?? path).folder)
    case .webRoot(let path): allow([.reading, .writeFile, .makeFile, .removeFile, .makeFolder], below: path)
    case .port(let port): allow(.bind, onPort: port)
    case .appended(let path, _): if path.isPipe { allow(.writeFile, on: path) }
    case .network, .token: break
    }
  }
}
