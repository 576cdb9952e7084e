package import ACMECore
package import ArgumentParser

extension Option where Value == Path? {
  /// A file, by its name.
  package init(name: NameSpecification = .long, file help: String) {
    self.init(
      name: name, help: ArgumentHelp(help, valueName: "file"), completion: .file(), transform: Path.init(argument:))
  }
}

extension Option where Value == Path {
  /// A file that has to be named.
  package init(needed help: String) {
    self.init(
      name: .long, help: ArgumentHelp(help, valueName: "file"), completion: .file(), transform: Path.init(argument:))
  }
}

/// An option whose value is empty was meant otherwise: an unset variable, most likely.
package func nonEmpty(_ value: String) throws -> String {
  guard !value.isEmpty else { throw ValidationError("an empty value was given") }
  return value
}

/// Reads a command that a person gave as the value of `option`.
package func command(_ option: String) -> @Sendable (_ text: String) throws -> CommandWords {
  { text in
    do throws(Malformed) { return try CommandWords(Octets(carried: text)) } catch {
      throw ValidationError("\(option) \(text.shown(limit: 200)): \(error.reason)")
    }
  }
}

extension Tool {
  /// The command that `variable` names. Throws `Failure` 64 where it names none.
  package func command(from variable: String) throws(Failure) -> CommandWords? {
    guard let text = environment[variable] else { return nil }
    guard !PKCS11URI.holdsPIN(text) else { throw Failure(PKCS11URI.pinInside, in: variable, status: .usage) }
    do { return try CommandWords(text) } catch {
      throw Failure(.usage, "\(variable) is no command: \(text.description.shown(limit: 200)): \(error.reason)")
    }
  }
}
