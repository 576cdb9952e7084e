internal import ACMECore
internal import CCurl

/// HTTPS by libcurl: one easy handle, and so one connection, for all that a tool says to a CA.
package final class CurlTransport: Transport {
  private static let connectSeconds = 30.0
  /// A connection over which nothing came for so long is dead.
  private static let idleSeconds = 60

  private let handle: UnsafeMutableRawPointer
  private let trust: Trust
  private let userAgent: String
  private let language: String
  private let isInterrupted: () -> Bool

  /// - Parameters:
  ///   - tool: name and version, for User-Agent (RFC 8555 §6.1).
  ///   - language: for Accept-Language.
  ///   - isInterrupted: asked at least once a second while an exchange lasts; true ends it.
  package init(trust: Trust, tool: String, language: String, isInterrupted: @escaping () -> Bool) throws {
    guard let handle = curl_easy_init() else { throw Failure(.bug, "libcurl can't be started") }
    self.handle = handle
    self.trust = trust
    // "libcurl/7.88.1 OpenSSL/3.0.19 …": the first word says enough.
    let library = String(cString: curl_version()).prefix { $0 != " " }
    userAgent = "\(tool) \(library)"
    self.language = language
    self.isInterrupted = isInterrupted
  }

  deinit { curl_easy_cleanup(handle) }

  package func exchange(_ request: HTTPRequest, within seconds: Double) throws(TransportError) -> HTTPResponse {
    let answer = CurlAnswer(maxBody: request.maxBody, isInterrupted: isInterrupted)
    let headers = HeaderList(
      request.headers + [("Accept-Language", language), ("User-Agent", userAgent), ("Expect", "")])
    let errors = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    errors.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { errors.deallocate() }

    let body = CurlBody(request.body)
    // The handle keeps its connections over a reset, and forgets everything else.
    curl_easy_reset(handle)
    let settings = [
      set(request, body),
      set(seconds: seconds),
      setTrust(),
      CCurl_set_list(handle, CURLOPT_HTTPHEADER, headers.first),
      CCurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errors),
      answer.receive(on: handle),
    ]
    let began = ContinuousClock.now
    let result =
      settings.first { $0 != CURLE_OK } ?? withExtendedLifetime((answer, body, headers)) { curl_easy_perform(handle) }
    _ = CCurl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil)
    guard result == CURLE_OK else {
      let isOver = ContinuousClock.now - began >= .seconds(seconds - 0.01)
      throw error(result, String(cString: errors), answer, isOver: isOver)
    }
    var status = 0
    _ = CCurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return HTTPResponse(status: status, headers: answer.headers, body: answer.body)
  }

  private func set(_ request: HTTPRequest, _ body: CurlBody) -> CURLcode {
    var settings = [
      CCurl_set_string(handle, CURLOPT_URL, request.url.text),
      // The string that was signed is the string that is asked for: no squashing of dots.
      CCurl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
      CCurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "https"),
      CCurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      CCurl_set_long(handle, CURLOPT_HTTP_VERSION, CCurl_http_version_2tls),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      CCurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
    ]
    switch request.method {
    case .get: settings.append(CCurl_set_long(handle, CURLOPT_HTTPGET, 1))
    case .head: settings.append(CCurl_set_long(handle, CURLOPT_NOBODY, 1))
    case .post:
      settings.append(CCurl_set_long(handle, CURLOPT_POST, 1))
      settings.append(body.send(on: handle))
    }
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private func set(seconds: Double) -> CURLcode {
    func milliseconds(_ seconds: Double) -> Int { max(1, Int(min(seconds, 1e6) * 1000)) }
    let settings = [
      CCurl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds(seconds)),
      CCurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(min(seconds, Self.connectSeconds))),
      CCurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
      CCurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, Self.idleSeconds),
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private func setTrust() -> CURLcode {
    guard trust != Trust.libcurlsOwn else { return CURLE_OK }
    let settings = [
      CCurl_set_string(handle, CURLOPT_CAINFO, trust.file),
      CCurl_set_string(handle, CURLOPT_CAPATH, trust.folder),
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private func error(_ code: CURLcode, _ message: String, _ answer: CurlAnswer, isOver: Bool) -> TransportError {
    let text = message.isEmpty ? String(cString: curl_easy_strerror(code)) : message
    let reason = text.asClause
    if answer.isTooLarge { return .tooLarge }
    switch code {
    case CURLE_ABORTED_BY_CALLBACK: return .interrupted
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: return .unreachable(reason)
    // A handshake that broke off: nothing of the request was sent.
    case CURLE_SSL_CONNECT_ERROR: return .unreachable(reason)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
      return .untrusted(reason)
    case CURLE_SSL_CACERT_BADFILE: return .badTrust(reason)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
      return .unintelligible(reason)
    case CURLE_OPERATION_TIMEDOUT where isOver: return .timedOut(reason)
    case CURLE_OPERATION_TIMEDOUT where !isConnected: return .unreachable(reason)
    case CURLE_SEND_FAIL_REWIND: return .lost("the connection was closed")
    default: return .lost(reason)
    }
  }

  /// Whether the request may have been sent. On a connection that was kept, the time of the handshake is 0.
  private var isConnected: Bool {
    var connections = 0
    _ = CCurl_get_long(handle, CURLINFO_NUM_CONNECTS, &connections)
    guard connections > 0 else { return true }
    var microseconds: curl_off_t = 0
    _ = CCurl_get_offset(handle, CURLINFO_APPCONNECT_TIME_T, &microseconds)
    return microseconds > 0
  }
}

/// What libcurl sends as header lines.
private final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  init(_ headers: [(name: String, value: String)]) {
    for header in headers {
      // A name with a colon and nothing after it takes a header away that libcurl would send by itself.
      first = curl_slist_append(first, header.value.isEmpty ? "\(header.name):" : "\(header.name): \(header.value)")
    }
  }

  deinit { curl_slist_free_all(first) }
}
