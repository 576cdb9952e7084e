import ACMECore
import Glibc

/// An address and a port, as the calls on sockets take it.
struct SocketAddress: Hashable, Sendable {
  let address: IPAddress
  let port: UInt16
  /// The network that a link-local IPv6 address is of.
  var scope: UInt32 = 0

  var isIPv6: Bool { address.octets.count == 16 }

  /// "192.0.2.1:53", "[2001:db8::1]:53"
  var text: String { isIPv6 ? "[\(address.text)]:\(port)" : "\(address.text):\(port)" }

  /// A socket of the address's family.
  func socket(_ type: __socket_type) -> Int32 {
    Glibc.socket(
      isIPv6 ? AF_INET6 : AF_INET, Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  func bind(_ socket: Int32) -> Int32 { withStorage { Glibc.bind(socket, $0, $1) } }

  func connect(_ socket: Int32) -> Int32 { withStorage { Glibc.connect(socket, $0, $1) } }

  private func withStorage(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var storage = sockaddr_storage()
    return withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.storeBytes(of: sa_family_t(isIPv6 ? AF_INET6 : AF_INET), as: sa_family_t.self)
      bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
      // The address stands after the port, in IPv6 after the flow label too, and the scope after it.
      for (index, octet) in address.octets.enumerated() { bytes[(isIPv6 ? 8 : 4) + index] = octet }
      if isIPv6 { bytes.storeBytes(of: scope, toByteOffset: 24, as: UInt32.self) }
      let length = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
      guard let base = bytes.baseAddress else { return -1 }
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    }
  }
}

extension SocketAddress {
  /// Reads a sockaddr_in or sockaddr_in6; nil for one of another family.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let isIPv6: Bool
    switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET: isIPv6 = false
    case AF_INET6: isIPv6 = true
    default: return nil
    }
    guard let address = IPAddress(octets: Array(isIPv6 ? bytes[8..<24] : bytes[4..<8])) else { return nil }
    self.init(
      address: address, port: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)),
      scope: isIPv6 ? bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self) : 0)
  }

  /// The address at this end of a connection; nil where there is none.
  init?(ofThisEnd socket: Int32) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let end = withUnsafeMutableBytes(of: &storage) { bytes -> SocketAddress? in
      guard let base = bytes.baseAddress,
        getsockname(socket, base.assumingMemoryBound(to: sockaddr.self), &length) == 0
      else { return nil }
      return SocketAddress(UnsafeRawBufferPointer(bytes))
    }
    guard let end else { return nil }
    self = end
  }
}
