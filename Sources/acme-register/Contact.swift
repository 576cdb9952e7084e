import ACMECore
import ArgumentParser

enum Contact {
  /// A contact URI. Of a mailto just one addr-spec, and no header fields (RFC 8555 §7.3).
  static func uri(_ text: String) throws -> String {
    let uri: URI
    do throws(Malformed) { uri = try URI(text) } catch {
      if let ascii = inASCII(text) {
        throw ValidationError("a contact has to be a URI, which is ASCII: give the A-labels of its domain, \(ascii)")
      }
      let hint = text.contains("@") ? ", as in mailto:me@example.org" : ""
      throw ValidationError("a contact has to be a URI\(hint)")
    }
    guard uri.scheme == "mailto" else { return text }
    // RFC 6068 §2: what of an address has a meaning in a URI stands there escaped.
    guard !uri.rest.contains(where: { "/?#[]&;=,".contains($0) }), isAddress(uri.octets) else {
      throw ValidationError("a mailto contact has to hold exactly one address, and nothing else")
    }
    return text
  }

  /// RFC 5322 §3.4.1, without comments and folding: local-part "@" domain.
  private static func isAddress(_ octets: [UInt8]) -> Bool {
    guard let at = octets.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let (local, domain) = (octets[..<at], octets[(at + 1)...])
    return (isDotAtom(local) || isBetween("\"", local, "\"", isQuoted))
      && (isDotAtom(domain) || isBetween("[", domain, "]") { $0.allSatisfy(isDomainText) })
  }

  private static func isDotAtom(_ octets: ArraySlice<UInt8>) -> Bool {
    octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
      !atom.isEmpty && atom.allSatisfy { isVisible($0) && !"()<>[]:;@\\,.\"".utf8.contains($0) }
    }
  }

  private static func isBetween(
    _ first: Unicode.Scalar, _ octets: ArraySlice<UInt8>, _ last: Unicode.Scalar,
    _ isContent: (ArraySlice<UInt8>) -> Bool
  ) -> Bool {
    octets.count > 1 && octets.first == UInt8(ascii: first) && octets.last == UInt8(ascii: last)
      && isContent(octets.dropFirst().dropLast())
  }

  private static func isQuoted(_ octets: ArraySlice<UInt8>) -> Bool {
    var rest = octets
    while let octet = rest.popFirst() {
      guard octet == 0x20 || isVisible(octet), octet != UInt8(ascii: "\"") else { return false }
      if octet == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst(), escaped == 0x20 || isVisible(escaped) else { return false }
      }
    }
    return true
  }

  private static func isDomainText(_ octet: UInt8) -> Bool { isVisible(octet) && !"[]\\".utf8.contains(octet) }
  private static func isVisible(_ octet: UInt8) -> Bool { (0x21...0x7E).contains(octet) }

  /// A mailto with the A-labels of its domain (RFC 5890) in place of what was typed; nil where that doesn't help.
  private static func inASCII(_ text: String) -> String? {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.contains(where: { $0 >= 0x80 }),
      let domain = try? DomainName(typed: String(parts[1])).text
    else { return nil }
    let address = "\(parts[0])@\(domain)"
    return (try? URI(address.hasPrefix("mailto:") ? address : "mailto:\(address)"))?.text
  }
}
