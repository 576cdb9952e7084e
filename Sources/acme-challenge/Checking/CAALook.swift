import ACMECore
import ACMETool

/// Looks at the CAA records that a CA has to heed (RFC 8659 §3).
struct CAALook {
  let resolver: Resolver
  let asker: Asker
  let tool: Tool

  enum Found {
    case none
    case some(CAASet)
    /// What was said instead of an answer, where there may be some.
    case failed(String)
    case unknown(String)
  }

  /// The records that count for each of `identifiers` that has a name: "the first that is found" from that upwards.
  /// Throws `Interrupted`.
  func found(for identifiers: [Identifier]) throws -> [Identifier: Found] {
    var names: [Identifier: RecordName] = [:]
    for case .dns(let name, let isWildcard) in identifiers {
      names[.dns(name, wildcard: isWildcard)] = try reading("a name") { try RecordName(name.text) }
    }
    // All of them at once, as CAs do: those of a domain above several names are asked for once.
    let places = Set(names.values.flatMap { $0.upwards })
    tool.messages.progress("looking for CAA records")
    let findings = try resolver.lookUp(places.map(Self.permissions), asker)
    return names.mapValues { Self.found(from: $0, findings) }
  }

  private static func permissions(_ name: RecordName) -> Question { Question(name: name, type: .caa) }

  private static func found(from name: RecordName, _ findings: [Question: Finding]) -> Found {
    for place in name.upwards {
      guard let finding = findings[permissions(place)] else { return .unknown("nobody was asked") }
      guard let response = finding.response else {
        let complaints = finding.complaints.unique.map(\.text)
        let said = complaints.isEmpty ? "nobody was asked" : complaints.joined(separator: ", ")
        return finding.isFailed ? .failed(said) : .unknown(said)
      }
      let data = response.permissions
      guard data.isEmpty else {
        return .some(CAASet(domain: place.text, data: data))
      }
    }
    return .none
  }
}

extension RecordName {
  /// The name, and every domain above it but the root.
  fileprivate var upwards: [RecordName] { Array(sequence(first: self, next: \.parent)) }
}
