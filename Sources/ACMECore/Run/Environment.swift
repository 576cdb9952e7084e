/// The variables that the process was given, octet for octet, in their order.
package struct Environment: Sendable {
  /// `NAME=value`, and whatever else stood among them.
  package private(set) var entries: [Octets]

  package init(_ entries: [Octets]) { self.entries = entries }

  /// The first of that name, as getenv has it; an empty one counts as unset.
  package subscript(name: String) -> Octets? {
    let start = Self.start(of: name)
    guard let entry = entries.first(where: { $0.bytes.starts(with: start) }) else { return nil }
    let value = Octets(entry.bytes.dropFirst(start.count))
    return value.isEmpty ? nil : value
  }

  /// The same environment without `names`, but with `variables`.
  package func replacing(_ names: [String], with variables: [String: Octets] = [:]) -> Environment {
    let starts = (names + variables.keys).map(Self.start)
    let others = entries.filter { entry in !starts.contains { entry.bytes.starts(with: $0) } }
    return Environment(others + variables.map { Octets(Self.start(of: $0) + $1.bytes) })
  }

  private static func start(of name: String) -> [UInt8] { Array(name.utf8) + [UInt8(ascii: "=")] }
}
