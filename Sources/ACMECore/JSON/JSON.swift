/// A JSON value that can be written again without loss: numbers keep their text, members that we do not know stay.
package enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  /// The number as it was written; nothing here counts with it.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }

  /// Whether nothing stands in it.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .bool, .number: false
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    }
  }
}

/// The members of a JSON object, sorted by code point, each name once.
///
/// Not a `Dictionary`: `String` compares by canonical equivalence, so that two names which differ in their bytes
/// would become one.
package struct JSONObject: Equatable, Sendable {
  package private(set) var members: [(name: String, value: JSON)] = []

  package init() {}

  /// Of a doubled name the last value stays.
  package init(_ members: [(String, JSON)]) {
    let sorted = members.enumerated().sorted {
      $0.element.0.utf8.elementsEqual($1.element.0.utf8)
        ? $0.offset < $1.offset : Self.precedes($0.element.0, $1.element.0)
    }
    for (_, member) in sorted {
      if let last = self.members.last, last.name.utf8.elementsEqual(member.0.utf8) { self.members.removeLast() }
      self.members.append((member.0, member.1))
    }
  }

  /// Setting nil takes the member away.
  package subscript(name: String) -> JSON? {
    get {
      let index = position(of: name)
      return holds(name, at: index) ? members[index].value : nil
    }
    set {
      let index = position(of: name)
      switch (holds(name, at: index), newValue) {
      case (true, let value?): members[index].value = value
      case (true, nil): members.remove(at: index)
      case (false, let value?): members.insert((name, value), at: index)
      case (false, nil): break
      }
    }
  }

  package static func == (one: JSONObject, other: JSONObject) -> Bool {
    one.members.elementsEqual(other.members) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.value == $1.value }
  }

  /// The order of UTF-8 bytes is the order of code points.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }

  private func position(of name: String) -> Int {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(members[middle].name, name) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func holds(_ name: String, at index: Int) -> Bool {
    index < members.count && members[index].name.utf8.elementsEqual(name.utf8)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject {
  /// The string under `name`; nil where it is missing or null.
  package func string(_ name: String) throws(Malformed) -> String? {
    switch self[name] {
    case nil, .null: return nil
    case .string(let value): return value
    default: throw Malformed("\"\(name)\" is not a string")
    }
  }

  package func requiredString(_ name: String) throws(Malformed) -> String {
    guard let value = try string(name) else { throw Malformed("\"\(name)\" is missing") }
    return value
  }

  package func object(_ name: String) throws(Malformed) -> JSONObject? {
    switch self[name] {
    case nil, .null: return nil
    case .object(let value): return value
    default: throw Malformed("\"\(name)\" is not an object")
    }
  }

  package func requiredObject(_ name: String) throws(Malformed) -> JSONObject {
    guard let value = try object(name) else { throw Malformed("\"\(name)\" is missing") }
    return value
  }

  package func array(_ name: String) throws(Malformed) -> [JSON]? {
    switch self[name] {
    case nil, .null: return nil
    case .array(let value): return value
    default: throw Malformed("\"\(name)\" is not an array")
    }
  }
}

extension JSON: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
}
