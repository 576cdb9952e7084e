internal import ACMECore

/// A proxy as libcurl takes it from the environment, to be named where it fails.
struct Proxy {
  fileprivate static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  private let variable: String
  /// nil where the value isn't understood: any part of it may be a password then.
  private let place: Place?
  /// Whether some hosts are reached without it.
  private let hasExceptions: Bool

  fileprivate struct Place {
    let text: String
    let host: Substring
    let port: Int
  }

  /// The one for URLs of `scheme`; nil where there is none.
  init?(for scheme: String, in environment: Environment) {
    // Of http, the capital letters could be a header of a request to a CGI program.
    let own = scheme == "http" ? ["http_proxy"] : ["\(scheme)_proxy", "\(scheme.uppercased())_PROXY"]
    let named = (own + ["all_proxy", "ALL_PROXY"]).lazy.compactMap { name in
      environment[name].map { (name, $0.description) }
    }
    guard let (variable, value) = named.first else { return nil }
    self.variable = variable
    hasExceptions = ["no_proxy", "NO_PROXY"].contains { environment[$0] != nil }
    place = Place(value)
  }

  /// Whether `reason`, which libcurl gives for a connection that hasn't come about, or `port`, to which one has, is of
  /// this proxy.
  func isMeant(by reason: String, port: Int) -> Bool {
    guard hasExceptions, let place else { return true }
    return port == place.port || reason.lowercased().contains("to \(place.host) port \(place.port)")
  }

  /// What is to be said of it. libcurl shows the value that it doesn't understand, or a part of it.
  func complaint(_ reason: String) -> String {
    guard let place else { return "\(variable) names no proxy in a way that is understood, such as http://HOST:PORT" }
    return "\(variable) is \(place.text.shown(limit: 200)): \(reason)"
  }
}

extension Proxy.Place {
  /// `value` without its user and password.
  fileprivate init?(_ value: String) {
    let scheme = Proxy.schemes.first { value.lowercased().hasPrefix("\($0)://") }
    let start = scheme.map { "\($0)://" } ?? ""
    var authority = value.dropFirst(start.count)
    if authority.hasSuffix("/") { authority.removeLast() }
    // A password with one of these in it ends, for libcurl, before the host.
    guard authority.allSatisfy({ !"/?#".contains($0) }) else { return nil }
    authority = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let isBracketed = authority.hasPrefix("[")
    let host = isBracketed ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
    let rest = authority[host.endIndex...].dropFirst(isBracketed ? 1 : 0)
    // What libcurl takes where no port is named.
    let usual = scheme == "https" ? 443 : 1080
    let port = rest.isEmpty ? usual : rest.first == ":" ? UInt16(rest.dropFirst()).map(Int.init) : nil
    guard let port, !host.isEmpty, host.utf8.allSatisfy({ Self.isOfHost($0, isBracketed) }) else { return nil }
    self.init(text: start + authority, host: Substring(host.lowercased()), port: port)
  }

  private static func isOfHost(_ octet: UInt8, _ isBracketed: Bool) -> Bool {
    let octet = Unicode.Scalar(octet)
    return octet.properties.isAlphabetic || ("0"..."9").contains(octet) || "-._".unicodeScalars.contains(octet)
      || isBracketed && ":%".unicodeScalars.contains(octet)
  }
}
