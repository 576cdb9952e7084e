/// What is shown where a CA looks for a key authorization (RFC 8555 §8.3), as the CA judges it.
package struct HTTPProof: Equatable, Sendable {
  package let status: Int
  /// Who says that it answers.
  package let server: String?
  package let body: [UInt8]

  /// The longest part of a page, or of a server's name, that says anything to a person.
  private static let longestGlimpse = 60

  package init(status: Int, server: String?, body: [UInt8]) {
    self.status = status
    self.server = server
    self.body = body
  }

  /// "The server SHOULD ignore whitespace characters at the end of the body" (§8.3), and CAs do.
  package func shows(_ keyAuthorization: String) -> Bool {
    var octets = body[...]
    while let last = octets.last, Self.blanks.contains(last) { octets.removeLast() }
    return status == 200 && octets.elementsEqual(keyAuthorization.utf8)
  }

  private static let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

  /// "answers 404 (nginx: "404 Not Found")": what came back instead, and from whom.
  package func inWords(instead keyAuthorization: String) -> String {
    let token = Array(keyAuthorization.utf8.prefix { $0 != UInt8(ascii: ".") }) + [UInt8(ascii: ".")]
    let isOfAnotherAccount = status == 200 && body.starts(with: token)
    let what =
      switch status {
      case 200 where isOfAnotherAccount: "answers 200 with another account's thumbprint"
      case 200 where body.isEmpty: "answers 200 with nothing in it"
      case 200: "answers 200 with something else"
      default: "answers \(status)"
      }
    let glimpse = isOfAnotherAccount ? nil : title ?? beginning
    let detail = [server.map(shown), glimpse.map { "\"\(shown($0))\"" }].compactMap { $0 }
    return detail.isEmpty ? what : "\(what) (\(detail.joined(separator: ": ")))"
  }

  private func shown(_ text: String) -> String { text.shown(limit: Self.longestGlimpse) }

  /// A page's title.
  private var title: String? {
    let lowered = body.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    guard let opening = lowered.firstRange(of: "<title>"),
      let closing = lowered[opening.upperBound...].firstRange(of: "</title>")
    else { return nil }
    return Self.words(body[opening.upperBound..<closing.lowerBound])
  }

  private var beginning: String? { Self.words(body.prefix(4 * Self.longestGlimpse)) }

  /// nil where there are none.
  private static func words(_ octets: some Sequence<UInt8>) -> String? {
    let words = String(decoding: Array(octets), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
