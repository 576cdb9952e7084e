internal import CCurl

/// Collects an answer while libcurl receives it, and no more of it than is allowed.
final class CurlResponse {
  private static let maxHeaderBytes = 128 << 10

  private(set) var headers: [(name: String, value: String)] = []
  private(set) var body: [UInt8] = []
  private(set) var isTooLarge = false
  private var headerBytes = 0
  private let maxBody: Int

  init(maxBody: Int) { self.maxBody = maxBody }

  /// Has `handle` give this object what it receives; the object has to outlive the transfer.
  func receive(on handle: UnsafeMutableRawPointer) -> CURLcode {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let settings = [
      CCurl_set_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
        CurlResponse.from(context).take(body: UnsafeRawBufferPointer(start: data, count: size * count))
      },
      CCurl_set_pointer(handle, CURLOPT_WRITEDATA, context),
      CCurl_set_callback(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
        CurlResponse.from(context).take(header: UnsafeRawBufferPointer(start: data, count: size * count))
      },
      CCurl_set_pointer(handle, CURLOPT_HEADERDATA, context),
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlResponse {
    guard let context else { preconditionFailure("libcurl lost the context of its callback") }
    return Unmanaged<CurlResponse>.fromOpaque(context).takeUnretainedValue()
  }

  /// How much was taken; anything else than all of it ends the transfer.
  private func take(body bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= maxBody else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  private func take(header bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= Self.maxHeaderBytes else {
      isTooLarge = true
      return 0
    }
    let line = String(decoding: bytes, as: UTF8.self)
    // Each answer begins with a status line, an interim one (1xx) or a proxy's too: what came before it is void.
    if line.hasPrefix("HTTP/") {
      headers = []
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].filter { !$0.isNewline }
      headers.append((line[..<colon].lowercased(), String(value).trimmingBlanks))
    }
    return bytes.count
  }
}
