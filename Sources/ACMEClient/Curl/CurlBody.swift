internal import CCurl

/// Gives libcurl the body of a request, once.
///
/// When a connection that it kept turns out to be dead, libcurl would send the same request again by itself. A JWS
/// is never sent twice: its nonce is used up (RFC 8555 §6.5), and a finalize or challenge might be seen twice. So the
/// body can't be rewound, and libcurl gives up instead; or, where a server asks for HTTP/1.1 in its place (RFC 9113
/// §7), reads on without rewinding, and is stopped.
final class CurlBody {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// Has `handle` take what it sends from this object, which has to outlive the transfer.
  func send(on handle: UnsafeMutableRawPointer) -> CURLcode {
    let settings = [
      CCurl_set_long(handle, CURLOPT_POSTFIELDSIZE, rest.count),
      CCurl_set_callback(handle, CURLOPT_READFUNCTION) { buffer, size, count, context in
        guard let buffer, let context else { return 0 }
        let body = Unmanaged<CurlBody>.fromOpaque(context).takeUnretainedValue()
        return body.take(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
      },
      CCurl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()),
      CCurl_set_seek(handle) { _, _, _ in CURL_SEEKFUNC_FAIL },
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard !rest.isEmpty else { return Int(CURL_READFUNC_ABORT) }
    let part = rest.prefix(buffer.count)
    buffer.copyBytes(from: part)
    rest = rest.dropFirst(part.count)
    return part.count
  }
}
