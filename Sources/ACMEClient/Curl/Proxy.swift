internal import ACMECore

/// A proxy as libcurl takes it from the environment, to be named where it fails.
struct Proxy {
  private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  private let variable: String
  /// Where it is, without a user and a password.
  private let place: String
  /// Whether some hosts are reached without it.
  private let hasExceptions: Bool

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
    // What stands before the last @ may all be a password.
    let scheme = Self.schemes.first { value.lowercased().hasPrefix("\($0)://") }.map { "\($0)://" } ?? ""
    place = scheme + (value.dropFirst(scheme.count).split(separator: "@", omittingEmptySubsequences: false).last ?? "")
  }

  /// Whether `reason`, which libcurl gives for a connection that hasn't come about, is of this proxy.
  func isMeant(by reason: String) -> Bool {
    guard hasExceptions else { return true }
    let host = place.split(separator: "/").last.map { $0.prefix { $0 != ":" } } ?? ""
    return reason.lowercased().contains("proxy") || reason.contains(" \(host) ")
  }

  /// What is to be said of it: libcurl would show the password in a value that it doesn't understand.
  func complaint(_ reason: String) -> String {
    let isUnknown = reason.lowercased().contains("unsupported proxy")
    return "\(variable) is \(place.shown(limit: 200)): \(isUnknown ? "that is no proxy that libcurl can use" : reason)"
  }
}
