import ACMECore
import COpenSSLTLS
import Glibc

/// A TLS handshake with a CA that validates by tls-alpn-01 (RFC 8737 §3); no data follows it.
final class TLSConnection: LookerConnection {
  let socket: Int32
  private let session: OpaquePointer
  private var isClosing = false

  /// nil where OpenSSL has no memory for it.
  init?(_ socket: Int32, _ context: TLSContext) {
    guard let session = SSL_new(context.pointer) else { return nil }
    self.socket = socket
    self.session = session
    guard SSL_set_fd(session, socket) == 1 else { return nil }
  }

  deinit { SSL_free(session) }

  func advance() -> Int32? {
    ERR_clear_error()
    let result = isClosing ? SSL_shutdown(session) : SSL_accept(session)
    // Our goodbye is said, theirs is not heard yet.
    if isClosing, result == 0 { return POLLIN }
    if result <= 0 {
      switch SSL_get_error(session, result) {
      case SSL_ERROR_WANT_READ: return POLLIN
      case SSL_ERROR_WANT_WRITE: return POLLOUT
      default: return nil
      }
    }
    // The handshake is the whole proof. A peer that says goodbye in its turn is waited for.
    guard !isClosing else { return nil }
    isClosing = true
    return advance()
  }
}

/// A certificate to show.
struct ShownCertificate: Sendable {
  let certificate: ValidationCertificate
  /// The one that it is for; nil where that is a name.
  let address: IPAddress?
}

/// Which certificate is shown for which name, and only to who asks for `acme-tls/1`.
final class TLSContext: Sendable {
  /// `acme-tls/1` with its length before it, as ALPN has it.
  private static let offered: [UInt8] = [10] + Array("acme-tls/1".utf8)

  /// Set up before any other thread knows of it; libssl itself counts its users.
  nonisolated(unsafe) let pointer: OpaquePointer
  private let certificates: Shown<ShownCertificate>

  init(_ certificates: Shown<ShownCertificate>) throws {
    guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw Failure(.bug, "libssl can't be started") }
    self.pointer = pointer
    self.certificates = certificates
    _ = COpenSSLTLS_set_minimum_tls12(pointer)
    let context = Unmanaged.passUnretained(self).toOpaque()
    // libssl asks which protocol to take only where the client names some: who names none is refused before.
    SSL_CTX_set_client_hello_cb(
      pointer,
      { session, _, _ in
        var start: UnsafePointer<UInt8>?
        var count = 0
        let alpn = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
        return SSL_client_hello_get0_ext(session, alpn, &start, &count) == 1
          ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
      }, nil)
    SSL_CTX_set_alpn_select_cb(
      pointer,
      { _, chosen, length, offers, count, _ in
        TLSContext.choose(chosen, length, offers, count)
      }, nil)
    SSL_CTX_set_cert_cb(
      pointer,
      { session, context in
        guard let session, let context else { return 0 }
        return Unmanaged<TLSContext>.fromOpaque(context).takeUnretainedValue().show(to: session) ? 1 : 0
      }, context)
  }

  deinit { SSL_CTX_free(pointer) }

  private static func choose(
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
    _ offers: UnsafePointer<UInt8>?, _ count: UInt32
  ) -> Int32 {
    var rest = UnsafeBufferPointer(start: offers, count: Int(count))[...]
    while let size = rest.first, rest.count > Int(size) {
      let protocolName = rest.dropFirst().prefix(Int(size))
      if protocolName.elementsEqual(offered.dropFirst()) {
        chosen?.pointee = offers.map { $0 + protocolName.startIndex }
        length?.pointee = size
        return SSL_TLSEXT_ERR_OK
      }
      rest = rest.dropFirst(1 + Int(size))
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }

  /// Gives the session the certificate that it asks for, if there is one.
  private func show(to session: OpaquePointer) -> Bool {
    guard let shown = certificate(for: session)?.certificate else { return false }
    return SSL_use_certificate_ASN1(session, shown.certificate, Int32(shown.certificate.count)) == 1
      && shown.key.withUnsafeBytes({
        SSL_use_PrivateKey_ASN1(EVP_PKEY_EC, session, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
      }) == 1
  }

  /// The one for the name that the session gives (SNI).
  private func certificate(for session: OpaquePointer) -> ShownCertificate? {
    if let name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name) {
      return certificates[String(cString: name).lowercased()]
    }
    // No name is given for an address (RFC 6066 §3), but by CAs that know the one of RFC 8738 §6.
    let all = certificates.all
    let forAddresses = all.filter { $0.address != nil }
    let here = SocketAddress(ofThisEnd: SSL_get_fd(session))?.address
    return forAddresses.first { $0.address == here } ?? Self.only(forAddresses) ?? Self.only(all)
  }

  private static func only(_ certificates: [ShownCertificate]) -> ShownCertificate? {
    certificates.count == 1 ? certificates.first : nil
  }
}
