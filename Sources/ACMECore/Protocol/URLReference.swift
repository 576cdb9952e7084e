extension ACMEURL {
  /// Where `reference`, which the answer to a request for `base` holds, leads (RFC 3986 §5.2). One that names its host
  /// stays as it is, dots too.
  ///
  /// Throws `Malformed` for what comes to no URL as it has to be.
  package init(_ reference: String, from base: ACMEURL) throws(Malformed) {
    let start = base.text.dropLast(base.target.utf8.count)
    let basePath = base.target.prefix { $0 != "?" }
    let path = reference.prefix { $0 != "?" && $0 != "#" }
    let rest = reference[path.endIndex...]
    if reference.hasPrefix("//") {
      try self.init("https:\(reference)")
    } else if Self.namesScheme(reference) {
      try self.init(reference)
    } else if path.isEmpty {
      let query = rest.hasPrefix("?") ? "" : base.target[basePath.endIndex...]
      try self.init("\(start)\(basePath)\(query)\(rest)")
    } else if path.hasPrefix("/") {
      try self.init("\(start)\(Self.withoutDots(path))\(rest)")
    } else {
      let folder = basePath.lastIndex(of: "/").map { basePath[...$0] } ?? "/"
      try self.init("\(start)\(Self.withoutDots(folder + path))\(rest)")
    }
  }

  private static func namesScheme(_ reference: String) -> Bool {
    let scheme = reference.prefix { $0 != ":" }
    return scheme.endIndex < reference.endIndex && scheme.allSatisfy { !"/?#".contains($0) }
  }

  /// §5.2.4, of a path that begins with a slash.
  private static func withoutDots(_ path: Substring) -> String {
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    var kept: [Substring] = []
    for segment in segments {
      switch segment {
      case ".": break
      case "..": _ = kept.popLast()
      default: kept.append(segment)
      }
    }
    if let last = segments.last, last == "." || last == ".." { kept.append("") }
    return "/" + kept.joined(separator: "/")
  }
}
