internal import ACMECore
internal import CCurl

/// One exchange on a handle of its own.
final class CurlTransfer {
  private static let connectSeconds = 30.0
  /// A connection over which nothing came for so long is dead.
  private static let idleSeconds = 60

  let number: Int
  let handle: UnsafeMutableRawPointer
  private let response: CurlResponse
  private let body: CurlBody
  private let headers: HeaderList
  private let errors = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let seconds: Double
  private let trust: CurlTransport.Trust
  private let scheme: String
  private let environment: Environment
  private let began = ContinuousClock.now

  init(
    _ number: Int, _ request: HTTPRequest, headers more: [(name: String, value: String)], trust: CurlTransport.Trust,
    environment: Environment, within seconds: Double
  ) throws(TransportError) {
    guard let handle = curl_easy_init() else { throw .unreachable("libcurl can't be started") }
    self.number = number
    self.handle = handle
    self.seconds = seconds
    self.trust = trust
    scheme = String(request.url.text.prefix { $0 != ":" })
    self.environment = environment
    response = CurlResponse(maxBody: request.maxBody)
    body = CurlBody(request.body)
    headers = HeaderList(request.headers + more + [("Expect", "")])
    errors.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    let settings = [
      set(request), setTime(), trust.set(on: handle),
      CCurl_set_list(handle, CURLOPT_HTTPHEADER, headers.first),
      CCurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errors),
      response.receive(on: handle),
    ]
    if let failed = settings.first(where: { $0 != CURLE_OK }) { throw error(failed) }
  }

  deinit {
    curl_easy_cleanup(handle)
    errors.deallocate()
  }

  /// Has libcurl open the connection, and keep it, but send nothing: it fails at an If-Modified-Since whose date can't be
  /// written.
  func withholdRequest() -> CURLcode {
    let settings = [
      CCurl_set_long(handle, CURLOPT_TIMECONDITION, CCurl_if_modified_since),
      CCurl_set_offset(handle, CURLOPT_TIMEVALUE_LARGE, .max),
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private func set(_ request: HTTPRequest) -> CURLcode {
    var settings = [
      CCurl_set_string(handle, CURLOPT_URL, request.url.text),
      // The string that was signed is the string that is asked for: no squashing of dots.
      CCurl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
      CCurl_set_string(handle, CURLOPT_PROTOCOLS_STR, type(of: request.url).schemes),
      CCurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      CCurl_set_long(handle, CURLOPT_HTTP_VERSION, CCurl_http_version_2tls),
      // A stream of the connection that is there, rather than a connection of its own.
      CCurl_set_long(handle, CURLOPT_PIPEWAIT, 1),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      CCurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      // Whoever gives up doesn't wait for the thread that looks a name up.
      CCurl_set_long(handle, CURLOPT_QUICK_EXIT, 1),
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

  private func setTime() -> CURLcode {
    func milliseconds(_ seconds: Double) -> Int { max(1, Int(min(seconds, 1e6) * 1000)) }
    let settings = [
      CCurl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds(seconds)),
      CCurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(min(seconds, Self.connectSeconds))),
      CCurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
      CCurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, Self.idleSeconds),
    ]
    return settings.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  /// What came of it, once libcurl says that it is over.
  func result(_ code: CURLcode) -> Transport.Outcome {
    guard code == CURLE_OK else { return .failure(error(code)) }
    return .success(
      HTTPResponse(status: number(of: CURLINFO_RESPONSE_CODE), headers: response.headers, body: response.body))
  }

  /// Whether the server takes several exchanges on one connection.
  var isMultiplexed: Bool { number(of: CURLINFO_HTTP_VERSION) >= Int(CCurl_http_version_2) }

  private func error(_ code: CURLcode) -> TransportError {
    let message = String(cString: errors)
    let reason = (message.isEmpty ? String(cString: curl_easy_strerror(code)) : message).asClause
    // So libcurl calls a header line that is longer than it takes.
    if response.isTooLarge || code == CURLE_OUT_OF_MEMORY { return .tooLarge }
    if let complaint = complaintOfProxy(code, reason) { return .noWayThrough(complaint) }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: return .unreachable(reason)
    // A handshake that broke off: nothing of the request was sent.
    case CURLE_SSL_CONNECT_ERROR: return .unreachable(reason)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
      return .untrusted(reason)
    case CURLE_SSL_CACERT_BADFILE: return .badTrust(reason + (trust.isFileOfVariable ? " (SSL_CERT_FILE)" : ""))
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      return .unintelligible(reason)
    case CURLE_OPERATION_TIMEDOUT where isTimeOver: return .timedOut(reason)
    case CURLE_OPERATION_TIMEDOUT where !isConnected: return .unreachable(reason)
    case CURLE_SEND_FAIL_REWIND, CURLE_ABORTED_BY_CALLBACK: return .lost("the connection was closed")
    default: return .lost(reason)
    }
  }

  private var isTimeOver: Bool { ContinuousClock.now - began >= .seconds(seconds - 0.01) }

  /// What is to be said where it was the proxy that failed; nil where it was not.
  private func complaintOfProxy(_ code: CURLcode, _ reason: String) -> String? {
    let proxy = Proxy(for: scheme, in: environment)
    let status = number(of: CURLINFO_HTTP_CONNECTCODE)
    if status >= 300 {
      let said = "the proxy answered with status \(status): \(reason)"
      return proxy?.complaint(said) ?? said
    }
    // After that it is the CA that fails.
    guard let proxy, status == 0, !isConnected else { return nil }
    switch code {
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_NOT_BUILT_IN, CURLE_UNSUPPORTED_PROTOCOL,
      CURLE_URL_MALFORMAT:
      return proxy.complaint(reason)
    case CURLE_PEER_FAILED_VERIFICATION where number(of: CURLINFO_PROXY_SSL_VERIFYRESULT) != 0:
      return proxy.complaint("no trusted connection to the proxy: \(reason)")
    case CURLE_OPERATION_TIMEDOUT where isTimeOver: return nil
    case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING:
      let port = number(of: CURLINFO_PRIMARY_PORT)
      guard proxy.isMeant(by: reason, port: port) else { return nil }
      return proxy.complaint("the proxy \(port > 0 ? "doesn't answer" : "can't be reached"): \(reason)")
    default: return nil
    }
  }

  /// Whether the request may have been sent. On a connection that was kept, the time of the handshake is 0; where none
  /// has come about, there is no port either.
  private var isConnected: Bool {
    guard number(of: CURLINFO_NUM_CONNECTS) > 0 else { return number(of: CURLINFO_PRIMARY_PORT) > 0 }
    var microseconds: curl_off_t = 0
    _ = CCurl_get_offset(handle, CURLINFO_APPCONNECT_TIME_T, &microseconds)
    return microseconds > 0
  }

  private func number(of info: CURLINFO) -> Int {
    var value = 0
    _ = CCurl_get_long(handle, info, &value)
    return value
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
