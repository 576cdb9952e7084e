import ArgumentParser

enum Contact {
  /// A contact URI. Of a mailto just one address, and no header fields (RFC 8555 §7.3).
  static func uri(_ text: String) throws -> String {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, let first = parts[0].first, first.isASCII, first.isLetter,
      parts[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      let hint = text.contains("@") ? ", as in mailto:me@example.org" : ""
      throw ValidationError("a contact has to be a URI\(hint)")
    }
    if parts[0].lowercased() == "mailto" {
      let address = parts[1].split(separator: "@", omittingEmptySubsequences: false)
      guard address.count == 2, address.allSatisfy({ !$0.isEmpty }), !parts[1].contains(where: { "?,".contains($0) })
      else {
        throw ValidationError("a mailto contact has to hold exactly one address, and nothing else")
      }
    }
    return text
  }
}
