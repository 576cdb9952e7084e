import ACMECore
import ACMETool
import ArgumentParser

/// The folders that web servers show.
struct WebRootOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "http-01: put the files below DIR, which the web server of NAME (or of all names) shows. Repeatable.",
      valueName: "[name=]dir"),
    completion: .directory, transform: WebRootArgument.init(text:))
  var webroot: [WebRootArgument] = []

  func validate() throws {
    if let argument = webroot.first(where: \.isFolderOfTokens) {
      throw ValidationError(
        "--webroot \(argument.folder) is the folder of the proofs itself. "
          + "Name the folder above \(Publication.httpFolder), which the web server shows as /")
    }
    var named: Set<Identifier?> = []
    for argument in webroot where !named.insert(argument.identifier).inserted {
      throw ValidationError("--webroot is given twice for \(argument.identifier?.value ?? "all names")")
    }
  }

  var solver: (any Solver)? { webroot.isEmpty ? nil : WebRootSolver(webroot) }
}

/// `DIR`, or `NAME=DIR` for one name. A NAME holds no slash, so that `./a=b` is a DIR.
struct WebRootArgument {
  /// nil for all names that have no web root of their own.
  let identifier: Identifier?
  let folder: Path

  /// What is to be published would lie twice as deep.
  var isFolderOfTokens: Bool {
    let parts = folder.octets.bytes.split(separator: UInt8(ascii: "/")).map(Octets.init).filter { $0 != Octets(".") }
    let names = Publication.httpFolder.split(separator: "/").map { Octets(String($0)) }
    return parts.last == names.first || Array(parts.suffix(names.count)) == names
  }

  init(text: String) throws {
    let octets = Octets(carried: text).bytes
    var folder = octets[...]
    if let end = octets.firstIndex(of: UInt8(ascii: "=")), !octets[..<end].contains(UInt8(ascii: "/")) {
      let name = Octets(octets[..<end]).description
      do { identifier = try Identifier(typed: name) } catch {
        throw ValidationError("--webroot \(text.shown(limit: 300)): \(error.reason)")
      }
      folder = octets[(end + 1)...]
    } else {
      identifier = nil
    }
    guard let path = Path(Octets(folder)) else { throw ValidationError("--webroot names no folder") }
    self.folder = path
  }
}
