import ACMECore
import ACMETool

/// Where a certificate is looked for, and what was found there.
struct Subject {
  enum Found {
    case certificate(Certificate, Lifetime)
    case missing
    case unreadable(Failure)
  }

  /// nil for stdin, or a server.
  let file: Path?
  private let address: ServedAddress?
  let found: Found

  init(file: Path?, address: ServedAddress?, found: Found) {
    self.file = file
    self.address = address
    self.found = found
  }

  /// Throws `Failure` 65 where stdin holds no certificate.
  init(_ input: [UInt8]) throws(Failure) {
    self.init(file: nil, address: nil, found: try Self.found(in: input, "stdin"))
  }

  init(_ file: Path) {
    self.init(file: file, address: nil, found: Self.found(in: file))
  }

  private static func found(in file: Path) -> Found {
    do throws(Failure) {
      guard let bytes = try Files.readIfThere(file) else { return .missing }
      return try found(in: bytes, "\(file)")
    } catch {
      return .unreadable(error)
    }
  }

  private static func found(in bytes: [UInt8], _ what: String) throws(Failure) -> Found {
    try reading(what) {
      let leaf = try Certificate.first(inPEM: bytes)
      return .certificate(leaf, try leaf.lifetime)
    }
  }
}

extension Subject: CustomStringConvertible {
  var description: String { file?.description ?? address.map { "what \($0) shows" } ?? "the certificate on stdin" }
}

/// What is to be said of a certificate.
struct Finding {
  let subject: Subject
  /// nil where what is there is no certificate, or can't be read.
  let renewal: Renewal?
}

extension [Finding] {
  /// Names those of which nothing can be told, where that isn't all of them; gives back the status that this means for
  /// the tool.
  ///
  /// Throws `Failure` where nothing else is left to be said.
  func sayFailures(_ tool: Tool) throws -> ExitStatus? {
    let failures = compactMap { finding in
      if case .unreadable(let failure) = finding.subject.found { failure } else { nil }
    }
    guard let first = failures.first else { return nil }
    guard count > failures.count else {
      for other in failures.dropLast() { tool.messages.error(other) }
      var last = failures[failures.count - 1]
      last.status = first.status
      throw last
    }
    for failure in failures { tool.messages.error(failure) }
    return first.status
  }
}

extension Renewal {
  var inWords: String {
    guard let renewAt else { return "there is none" }
    let explanation = (window?.explanationURL).map { ", which \($0.shown(limit: 300)) explains" } ?? ""
    let reason =
      window.map { "by the CA's window, from \($0.start) to \($0.end)\(explanation)" }
      ?? "by what is left of its lifetime"
    return switch self.reason {
    case .missing: "there is none"
    case .expired: "expired"
    case .notYet: "due at \(renewAt), \(reason)"
    case .window, .lifetime: "due since \(renewAt), \(reason)"
    }
  }
}
