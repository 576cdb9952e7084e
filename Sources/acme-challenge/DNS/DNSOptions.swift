import ACMECore
import ACMETool
import ArgumentParser

/// Which server is asked about DNS.
struct ResolverOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Ask this server about DNS, and no other.", valueName: "addr[:port]"),
    transform: SocketAddress.init(resolver:))
  var resolver: SocketAddress?

  /// - Parameter isUsed: whether anything is asked for.
  func refuse(unless isUsed: Bool, _ options: String) throws {
    guard resolver == nil || isUsed else { throw ValidationError("--resolver goes with \(options)") }
  }
}

/// Whether records may be put where a CNAME leads.
struct FollowOption: ParsableArguments {
  @Flag(help: "Where a CNAME stands in a record's place, publish at its end.")
  var dnsFollow = false

  var needs: [Need] { dnsFollow ? [.network] : [] }
}

/// How long to wait for the name servers.
struct WaitOption: ParsableArguments {
  private static let allowed = 1...31_536_000

  @Option(
    help: ArgumentHelp(
      "Before the CA is told: wait until all name servers show the records, at most so long.", valueName: "seconds"))
  var dnsWait: Int?

  func validate() throws {
    guard dnsWait.map(Self.allowed.contains) ?? true else {
      throw ValidationError("--dns-wait takes a number of seconds from 1 to \(Self.allowed.upperBound)")
    }
  }
}

extension SocketAddress {
  /// `ADDR[:PORT]`; an IPv6 address before a port stands in brackets.
  fileprivate init(resolver text: String) throws {
    if let address = IPAddress(text) {
      self.init(address: address, port: Resolver.port)
    } else if text.hasPrefix("["), text.hasSuffix("]"), let address = IPAddress(String(text.dropFirst().dropLast())) {
      self.init(address: address, port: Resolver.port)
    } else if let listening = try? ListeningAddress(text: text), let address = listening.address {
      self.init(address: address, port: listening.port)
    } else {
      throw ValidationError(
        "'\(text.shown(limit: 100))' is no ADDR[:PORT], such as 192.0.2.1, 192.0.2.1:5353 or [::1]:5353")
    }
  }
}
