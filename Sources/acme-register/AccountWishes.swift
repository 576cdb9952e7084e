import ACMETool
import ArgumentParser

/// What of an account its owner decides.
struct AccountWishes: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where the CA can reach a person: mailto:me@example.org. Repeatable.", valueName: "uri"),
    transform: Contact.uri)
  var contact: [String] = []

  @Flag(help: "Agree to the CA's terms of service.")
  var agreeTos = false
}
