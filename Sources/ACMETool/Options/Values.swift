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
