package import ACMECore
internal import CCurl
internal import Glibc

/// Looks at web sites as a CA does that validates by http-01 (RFC 8555 §8.3), and no other way: by the addresses that it
/// is told and no proxy, on plain HTTP and wherever redirects lead, without asking whose certificate is shown.
package final class SiteVisits {
  private static let mostAtOnce = 20
  /// How long it may take until a signal is seen.
  private static let patience: Int32 = 250

  private let multi: UnsafeMutableRawPointer
  private let tool: String
  private let isInterrupted: () -> Bool

  /// - Parameters:
  ///   - tool: name and version, for User-Agent.
  ///   - isInterrupted: asked several times a second; true ends it.
  package init(tool: String, isInterrupted: @escaping () -> Bool) throws {
    guard let multi = curl_multi_init() else { throw Failure(.bug, "libcurl can't be started") }
    self.multi = multi
    self.tool = tool
    self.isInterrupted = isInterrupted
  }

  deinit { curl_multi_cleanup(multi) }

  /// One outcome for each of `visits`, in their order.
  ///
  /// - Parameters:
  ///   - seconds: how long each may take.
  ///   - budget: how long all of them may take; those that don't get their turn are `late`.
  ///
  /// Throws `Interrupted`.
  package func outcomes(
    of visits: [SiteVisit], each seconds: Double, within budget: Budget
  ) throws(Interrupted) -> [SiteOutcome] {
    var outcomes = [SiteOutcome](repeating: .late, count: visits.count)
    var underWay: [UnsafeMutableRawPointer: (index: Int, transfer: SiteTransfer)] = [:]
    // A handle has to be out of the multi handle before its transfer goes, which frees it.
    defer { withExtendedLifetime(underWay) { for handle in $0.keys { curl_multi_remove_handle(multi, handle) } } }
    var waiting = visits.indices
    while true {
      while underWay.count < Self.mostAtOnce, let turn = budget.turn(of: seconds), let index = waiting.popFirst() {
        guard let transfer = SiteTransfer(visits[index], tool: tool, turn),
          curl_multi_add_handle(multi, transfer.handle) == CURLM_OK
        else {
          outcomes[index] = .silence("can't be asked")
          continue
        }
        underWay[transfer.handle] = (index, transfer)
      }
      guard !underWay.isEmpty else { return outcomes }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      var left: Int32 = 0
      var isOneOver = false
      while let message = curl_multi_info_read(multi, &left) {
        guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
          let (index, transfer) = underWay.removeValue(forKey: handle)
        else { continue }
        // The message goes with the handle.
        let code = message.pointee.data.result
        withExtendedLifetime(transfer) {
          curl_multi_remove_handle(multi, handle)
          outcomes[index] = $0.outcome(code)
        }
        isOneOver = true
      }
      if isInterrupted() { throw Interrupted() }
      if !isOneOver { curl_multi_poll(multi, nil, 0, Self.patience, nil) }
    }
  }
}

/// One visit on a handle of its own.
private final class SiteTransfer {
  /// More than any page needs to say whose it is.
  private static let maxBody = 64 << 10
  /// Of an address that doesn't exist a network may say so, or not.
  private static let errorsOfThisHost = [ENETUNREACH, EAFNOSUPPORT, EADDRNOTAVAIL, EACCES, EPERM]

  let handle: UnsafeMutableRawPointer
  private let response = CurlResponse(maxBody: maxBody)
  private let lists: [UnsafeMutablePointer<curl_slist>?]
  private let turn: Turn

  /// nil where libcurl has no memory for it.
  init?(_ visit: SiteVisit, tool: String, _ turn: Turn) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    self.turn = turn
    let address = visit.address.octets.count == 16 ? "[\(visit.address.text)]" : visit.address.text
    lists = [curl_slist_append(nil, "::\(address):"), curl_slist_append(nil, "User-Agent: \(tool)")]
    let milliseconds = Int((turn.seconds * 1000).rounded(.up))
    let settings = [
      CCurl_set_string(handle, CURLOPT_URL, visit.url.text),
      CCurl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
      CCurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
      CCurl_set_list(handle, CURLOPT_CONNECT_TO, lists[0]),
      CCurl_set_list(handle, CURLOPT_HTTPHEADER, lists[1]),
      CCurl_set_string(handle, CURLOPT_PROXY, ""),
      CCurl_set_string(handle, CURLOPT_NOPROXY, "*"),
      CCurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      CCurl_set_long(handle, CURLOPT_FORBID_REUSE, 1),
      CCurl_set_long(handle, CURLOPT_HTTP_VERSION, CCurl_http_version_1_1),
      // Who moves to HTTPS before there is a certificate shows another one: no CA minds (RFC 8555 §8.3 and 10.2).
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0),
      CCurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      CCurl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds),
      CCurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds),
      response.receive(on: handle),
    ]
    guard settings.allSatisfy({ $0 == CURLE_OK }) else { return nil }
  }

  deinit {
    curl_easy_cleanup(handle)
    lists.forEach { curl_slist_free_all($0) }
  }

  func outcome(_ code: CURLcode) -> SiteOutcome {
    let status = number(of: CURLINFO_RESPONSE_CODE)
    // The beginning of a page that is too long says enough.
    if code == CURLE_OK || response.isTooLarge && status > 0 {
      return .answer(HTTPResponse(status: status, headers: response.headers, body: response.body))
    }
    let patience = "within \(Int(turn.seconds)) s"
    switch code {
    case CURLE_COULDNT_CONNECT:
      let error = Int32(truncatingIfNeeded: number(of: CURLINFO_OS_ERRNO))
      if Self.errorsOfThisHost.contains(error) { return .noRoute }
      return .silence(error == ECONNREFUSED ? "refuses the connection" : "can't be reached (\(reason(code)))")
    case CURLE_OPERATION_TIMEDOUT where turn.isCutShort: return .late
    case CURLE_OPERATION_TIMEDOUT:
      return .silence(
        isConnected
          ? "takes the connection and doesn't answer \(patience)" : "doesn't answer \(patience), as behind a firewall")
    case CURLE_SSL_CONNECT_ERROR: return .silence("speaks no TLS that could be used (\(reason(code)))")
    case CURLE_GOT_NOTHING: return .silence("closes the connection without an answer")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .silence("doesn't answer in HTTP")
    default: return .silence("breaks off (\(reason(code)))")
    }
  }

  private var isConnected: Bool {
    var microseconds: curl_off_t = 0
    _ = CCurl_get_offset(handle, CURLINFO_CONNECT_TIME_T, &microseconds)
    return microseconds > 0
  }

  private func reason(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)).asClause }

  private func number(of info: CURLINFO) -> Int {
    var value = 0
    _ = CCurl_get_long(handle, info, &value)
    return value
  }
}
