import ACMECore
import Glibc

/// Responds to one request for a key authorization (RFC 8555 §8.3), and closes.
final class HTTPConnection: LookerConnection {
  private static let maxRequest = 8 << 10

  let socket: Int32
  private let shown: Shown<String>
  private var request: [UInt8] = []
  private var response: ArraySlice<UInt8>?

  init(_ socket: Int32, _ shown: Shown<String>) {
    self.socket = socket
    self.shown = shown
  }

  func advance() -> Int32? { response == nil ? read() : write() }

  private func read() -> Int32? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(socket, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? POLLIN : nil }
    request += buffer[..<count]
    // RFC 9112 §2.2: empty lines before the request are passed over.
    request.trimPrefix { $0 == 0x0D || $0 == 0x0A }
    guard request.count <= Self.maxRequest else { return nil }
    guard request.firstRange(of: Array("\r\n\r\n".utf8)) != nil else { return POLLIN }
    response = responseToRequest()[...]
    return write()
  }

  private func write() -> Int32? {
    guard let rest = response, !rest.isEmpty else { return nil }
    // A peer that is gone must not end the tool; SIGPIPE is ignored.
    let count = rest.withUnsafeBytes { Glibc.write(socket, $0.baseAddress, $0.count) }
    guard count >= 0 else { return errno == EAGAIN || errno == EINTR ? POLLOUT : nil }
    response = rest.dropFirst(count)
    return response?.isEmpty ?? true ? nil : POLLOUT
  }

  /// Only what it was told is shown, letter by letter: nothing of the request comes back (RFC 8555 §11.3).
  private func responseToRequest() -> [UInt8] {
    let line = String(decoding: request.prefix { $0 != 0x0D }, as: UTF8.self).split(separator: " ")
    guard line.count == 3, line[2].hasPrefix("HTTP/1.") else { return Self.response("400 Bad Request", "") }
    guard line[0] == "GET" || line[0] == "HEAD" else { return Self.response("405 Method Not Allowed", "") }
    guard let body = shown[Self.path(line[1])] else { return Self.response("404 Not Found", "") }
    return Self.response("200 OK", body, withBody: line[0] == "GET")
  }

  /// Of the target, which may be a whole URL (RFC 9112 §3.2.2).
  private static func path(_ target: Substring) -> String {
    let scheme = "http://"
    guard target.prefix(scheme.count).lowercased() == scheme else { return String(target) }
    return String(target.dropFirst(scheme.count).drop { $0 != "/" })
  }

  private static func response(_ status: String, _ body: String, withBody: Bool = true) -> [UInt8] {
    let header = """
      HTTP/1.1 \(status)\r
      Content-Type: application/octet-stream\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r

      """
    return Array((header + (withBody ? body : "")).utf8)
  }
}
