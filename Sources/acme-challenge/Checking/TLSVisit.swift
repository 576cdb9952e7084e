import ACMECore
import ACMETool
import COpenSSLTLS
import Glibc

/// One TLS handshake with one server, as of a CA that validates by tls-alpn-01 (RFC 8737 §3), taken further each time
/// that its socket is ready.
final class TLSVisit {
  enum Outcome {
    /// DER of the certificate that is shown, and whether `acme-tls/1` is spoken.
    case shown([UInt8], isForACME: Bool)
    /// What the server does in place of that.
    case silence(String)
    /// This machine has no way to such an address.
    case noRoute
    /// There was no time to look, or too little to say anything of the server.
    case late
  }

  /// `acme-tls/1` with its length before it, as ALPN has it.
  private static let offered: [UInt8] = [10] + Array("acme-tls/1".utf8)
  private static let errorsOfThisHost = [ENETUNREACH, EAFNOSUPPORT, EADDRNOTAVAIL, EACCES, EPERM, EINVAL]

  private(set) var outcome: Outcome?
  private(set) var socket: Int32 = -1
  private(set) var awaited = POLLOUT
  private let session: OpaquePointer
  private let context: OpaquePointer
  private var isConnected = false

  /// - Parameter name: what is asked for by SNI.
  init(_ server: SocketAddress, name: String) throws {
    guard let context = SSL_CTX_new(TLS_client_method()) else { throw Failure(.bug, "libssl can't be started") }
    guard let session = SSL_new(context) else {
      SSL_CTX_free(context)
      throw Failure(.bug, "libssl can't be started")
    }
    self.context = context
    self.session = session
    _ = COpenSSLTLS_set_minimum_tls12(context)
    SSL_set_verify(session, SSL_VERIFY_NONE, nil)
    // 0 is success here.
    guard SSL_set_alpn_protos(session, Self.offered, UInt32(Self.offered.count)) == 0,
      COpenSSLTLS_set_server_name(session, name) == 1
    else { throw Failure(.bug, "libssl can't ask for \(name)") }
    socket = server.socket(SOCK_STREAM)
    guard socket >= 0, server.connect(socket) == 0 || errno == EINPROGRESS else {
      end(connectionFailure(errno))
      return
    }
    SSL_set_fd(session, socket)
    SSL_set_connect_state(session)
  }

  deinit {
    SSL_free(session)
    SSL_CTX_free(context)
    if socket >= 0 { close(socket) }
  }

  private func end(_ outcome: Outcome) {
    self.outcome = outcome
    if socket >= 0 { close(socket) }
    socket = -1
  }

  private func connectionFailure(_ error: Int32) -> Outcome {
    if Self.errorsOfThisHost.contains(error) { return .noRoute }
    return .silence(
      error == ECONNREFUSED ? "refuses the connection" : "can't be reached (\(IOError(error).reason))")
  }

  /// The time is over.
  func giveUp(after turn: Turn) {
    guard !turn.isCutShort else { return end(.late) }
    let seconds = Int(turn.seconds)
    end(
      .silence(
        isConnected
          ? "takes the connection and doesn't go on within \(seconds) s"
          : "doesn't answer within \(seconds) s, as behind a firewall"))
  }

  /// The socket is ready.
  func goOn() {
    if !isConnected {
      var error: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
      guard error == 0 else { return end(connectionFailure(error)) }
      isConnected = true
    }
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    guard result <= 0 else { return end(shown) }
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ: awaited = POLLIN
    case SSL_ERROR_WANT_WRITE: awaited = POLLOUT
    default:
      let reason = ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0).asClause }
      ERR_clear_error()
      end(.silence("breaks off the handshake" + (reason.map { " (\($0))" } ?? "")))
    }
  }

  private var shown: Outcome {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(session, &name, &length)
    let chosen = UnsafeBufferPointer(start: name, count: Int(length))
    guard let certificate = SSL_get1_peer_certificate(session) else { return .silence("shows no certificate") }
    defer { X509_free(certificate) }
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509(certificate, &start)
    guard count > 0, let start else { return .silence("shows a certificate that can't be read") }
    defer { CRYPTO_free(start, nil, 0) }
    return .shown(
      Array(UnsafeBufferPointer(start: start, count: Int(count))),
      isForACME: chosen.elementsEqual(Self.offered.dropFirst()))
  }
}
