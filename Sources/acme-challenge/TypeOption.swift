import ACMECore
import ArgumentParser

/// By which type of challenge control is to be proved.
struct TypeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Choose the challenges of this type: \(Challenge.Kind.known.map(\.rawValue).joined(separator: ", ")).",
      valueName: "type"),
    completion: .list(Challenge.Kind.known.map(\.rawValue)), transform: TypeOption.kind)
  var type: Challenge.Kind?

  private static func kind(_ text: String) throws -> Challenge.Kind {
    let kind = Challenge.Kind(rawValue: text)
    guard Challenge.Kind.known.contains(kind) else {
      throw ValidationError("'\(text.shown(limit: 50))' is no challenge type that these tools can meet")
    }
    return kind
  }
}
