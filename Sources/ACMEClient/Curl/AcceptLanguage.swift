package import ACMECore

extension CurlTransport {
  /// An Accept-Language from the locale, so that a person can read the CA's errors (RFC 8555 §6.1).
  package static func language(_ environment: Environment) -> String {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0]?.description }.first ?? ""
    let parts = locale.prefix { $0 != "." && $0 != "@" }.split(separator: "_")
    guard let language = parts.first, (2...3).contains(language.count), parts.count <= 2,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isLetter } }),
      language.lowercased() != "en" || parts.count == 2
    else { return "en" }
    let tag = parts.joined(separator: "-")
    let general = language == tag[...] ? "" : ", \(language);q=0.9"
    return language == "en" ? "\(tag)\(general)" : "\(tag)\(general), en;q=0.5"
  }
}
