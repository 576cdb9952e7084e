import ACMECore
import ACMETool
import ArgumentParser

/// What is asked for beside the names.
struct AskedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Ask for a certificate of this profile of the CA.", valueName: "name"), transform: nonEmpty)
  var profile: String?

  @Option(
    help: ArgumentHelp("Ask for a certificate valid from this time on (RFC 3339).", valueName: "time"),
    transform: AskedOptions.time)
  var notBefore: Timestamp?

  @Option(
    help: ArgumentHelp("Ask for a certificate valid up to this time (RFC 3339).", valueName: "time"),
    transform: AskedOptions.time)
  var notAfter: Timestamp?

  @Option(file: "Tell the CA that the certificate in FILE is renewed by this one.")
  var replaces: Path?

  static let names = "--profile, --not-before, --not-after and --replaces"

  var isEmpty: Bool { profile == nil && notBefore == nil && notAfter == nil && replaces == nil }

  var needs: [Need] { replaces.map { [.fileIfThere($0)] } ?? [] }

  /// The certificate that is renewed; nil where there is none yet, or none that a CA has a name for.
  ///
  /// Throws `Failure` 65 for what is no certificate, and 66 for what can't be read.
  var replaced: CertificateID? {
    get throws {
      guard let file = replaces, let bytes = try Files.readIfThere(file) else { return nil }
      return try reading(file.description) { try Certificate.first(inPEM: bytes).id }
    }
  }

  /// Whether the CA has the profile that is asked for.
  func isOffered(by directory: Directory) -> Bool {
    profile.map { directory.profiles?.map(\.name).contains($0) ?? false } ?? true
  }

  /// What newOrder is sent. Throws `Failure` 77 for a profile that the CA doesn't have.
  func asked(for identifiers: [Identifier], of directory: Directory) throws -> JSONObject {
    var asked: JSONObject = ["identifiers": .array(identifiers.map { .object($0.object) })]
    asked["notBefore"] = notBefore.map { .string($0.description) }
    asked["notAfter"] = notAfter.map { .string($0.description) }
    if let profile {
      // "The client SHOULD NOT request a profile that isn't advertised" (draft-ietf-acme-profiles).
      guard isOffered(by: directory) else {
        let offered = directory.profiles.map { profiles in
          let all = profiles.map { profile in
            profile.name.shown(limit: 100) + (profile.description.map { " (\($0.shown(limit: 200)))" } ?? "")
          }
          return "it has \(all.joined(separator: ", ").shown(limit: 2000))"
        }
        throw Failure(
          .refused, "the CA has no profile \(profile.shown(limit: 100))", hint: offered ?? "it has no profiles at all")
      }
      asked["profile"] = .string(profile)
    }
    return asked
  }

  private static func time(_ text: String) throws -> Timestamp {
    do { return try Timestamp(text) } catch {
      throw ValidationError("'\(text.shown(limit: 50))' is no RFC 3339 time, such as 2026-12-31T00:00:00Z")
    }
  }
}
