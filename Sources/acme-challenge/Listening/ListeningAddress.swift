import ACMECore
import ACMETool
import ArgumentParser
import Glibc

/// `[ADDR:]PORT`; an IPv6 address stands in brackets, and without an address it is every one of this machine.
struct ListeningAddress {
  let address: IPAddress?
  let port: UInt16

  init(text: String) throws {
    let portText: Substring
    if let colon = text.lastIndex(of: ":") {
      let host = text[..<colon]
      let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
      let plain = isBracketed ? host.dropFirst().dropLast() : host
      guard plain.contains(":") == isBracketed, let address = IPAddress(String(plain)) else {
        throw Self.unusable(text)
      }
      self.address = address
      portText = text[text.index(after: colon)...]
    } else {
      address = nil
      portText = text[...]
    }
    guard portText.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(portText), port > 0 else {
      throw Self.unusable(text)
    }
    self.port = port
  }

  private static func unusable(_ text: String) -> ValidationError {
    ValidationError("'\(text.shown(limit: 100))' is no [ADDR:]PORT, such as 80, 192.0.2.1:8080 or [::1]:8080")
  }

  var text: String {
    guard let address else { return "port \(port)" }
    return SocketAddress(address: address, port: port).text
  }
}

/// Sockets that take connections.
struct ListeningSockets: Sendable {
  let numbers: [Int32]

  /// Throws `Failure` 73 where the port can't be had.
  init(_ address: ListeningAddress) throws {
    if let one = address.address {
      numbers = [try Self.listen(one, address)]
      return
    }
    let all = [[UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 16)].compactMap { IPAddress(octets: $0) }
    var numbers: [Int32] = []
    do {
      for one in all {
        // A machine without IPv6, or without IPv4, is listened on by the other.
        do { numbers.append(try Self.listen(one, address)) } catch is NoSuchFamily {}
      }
      guard !numbers.isEmpty else { throw Failure(.cannotCreate, "can't listen on \(address.text): no addresses") }
    } catch {
      numbers.forEach { close($0) }
      throw error
    }
    self.numbers = numbers
  }

  private struct NoSuchFamily: Error {}

  private static func listen(_ one: IPAddress, _ address: ListeningAddress) throws -> Int32 {
    let place = SocketAddress(address: one, port: address.port)
    let number = place.socket(SOCK_STREAM)
    guard number >= 0 else {
      guard errno != EAFNOSUPPORT || address.address != nil else { throw NoSuchFamily() }
      throw failure(address)
    }
    var on: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    // Each family has a socket of its own.
    if place.isIPv6 { setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size)) }
    guard place.bind(number) == 0, Glibc.listen(number, SOMAXCONN) == 0 else {
      let isMissing = errno == EADDRNOTAVAIL && address.address == nil
      let failure = failure(address)
      close(number)
      throw isMissing ? NoSuchFamily() as any Error : failure
    }
    return number
  }

  private static func failure(_ address: ListeningAddress) -> Failure {
    let code = errno
    return Failure(
      .cannotCreate, "can't listen on \(address.text): \(IOError(code).reason)",
      hint: code == EADDRINUSE
        ? "another program listens there"
        : code == EACCES ? "the ports below 1024 are root's, or of who has CAP_NET_BIND_SERVICE" : nil)
  }
}
