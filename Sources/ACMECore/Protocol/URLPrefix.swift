/// Where URLs have to lie: at one origin, and there at or below a path.
package struct URLPrefix: Sendable, CustomStringConvertible {
  private let url: ACMEURL

  /// Throws `Malformed` for what is no https URL, and for one with a query, below which nothing lies.
  package init(_ text: String) throws(Malformed) {
    url = try ACMEURL(text)
    guard !url.target.contains("?") else { throw Malformed("\(text) holds a query, below which nothing lies") }
    guard !url.hasDotSegments else { throw Malformed("\(text) holds a . or .. as part of its path") }
  }

  package var description: String { url.text }

  /// Whether `other` is at or below this, whatever a server may take it for.
  package func holds(_ other: ACMEURL) -> Bool {
    guard other.origin == url.origin, other.target.hasPrefix(url.target), !other.hasDotSegments else { return false }
    let places = Resource.readings(of: url)
    guard Resource.readings(of: other).allSatisfy({ reading in places.contains { reading.isAtOrBelow($0) } }) else {
      return false
    }
    guard let next = other.target.dropFirst(url.target.count).first else { return true }
    return url.target.last == "/" || next == "/" || next == "?"
  }
}

extension ACMEURL {
  /// Whether a part of the path says to stay, or to go up (RFC 3986 §5.2.4), in plain or in escaped dots.
  fileprivate var hasDotSegments: Bool {
    let path = target.prefix { $0 != "?" }.lowercased().replacing("%2e", with: ".")
    return path.split(whereSeparator: { $0 == "/" }).contains { $0 == "." || $0 == ".." }
  }
}
