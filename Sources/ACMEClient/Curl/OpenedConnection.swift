internal import CCurl
internal import Glibc

/// A connection that was opened before there was a request.
struct OpenedConnection {
  /// After that the server's first words of HTTP/2 are there.
  private static let silence = Duration.seconds(1)
  private static let moreThanTickets: Int32 = 1 << 16

  private let socket: curl_socket_t
  private let openedAt = ContinuousClock.now

  /// nil where `handle` has none, having failed to open it.
  init?(by handle: UnsafeMutableRawPointer) {
    var socket = curl_socket_t(-1)
    guard CCurl_get_socket(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket >= 0 else { return nil }
    self.socket = socket
  }

  /// Runs `choose`, in which libcurl gives the connection to the first request.
  ///
  /// Before that it looks whether the connection is alive. Where the server has sent tickets of TLS 1.3, but no frame of
  /// HTTP/2 yet, libcurl before 8.0 sees octets, reads nothing from them, and takes it for dead: so the octets aren't
  /// shown to it. An end of the connection still is.
  func beTaken(by choose: () -> Void) {
    guard ContinuousClock.now - openedAt < Self.silence else { return choose() }
    set(lowWaterMark: Self.moreThanTickets)
    choose()
    set(lowWaterMark: 1)
  }

  private func set(lowWaterMark: Int32) {
    var octets = lowWaterMark
    setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &octets, socklen_t(MemoryLayout<Int32>.size))
  }
}
