package import ACMECore
internal import CCurl
internal import Glibc

/// HTTPS by libcurl: one connection for all that a tool says to a CA, with as many streams as HTTP/2 has on it.
package final class CurlTransport: Transport {
  /// Far below what any CA lets one client do at once.
  private static let maxStreams = 10
  /// How long it may take until a signal is seen.
  private static let patience = 0.25

  private let multi: UnsafeMutableRawPointer
  private let trust: Trust
  private let environment: Environment
  private let headers: [(name: String, value: String)]
  /// Where the CA has no HTTP/2.
  private let maxConnections: Int
  private let isInterrupted: () -> Bool
  private var underWay: [UnsafeMutableRawPointer: CurlTransfer] = [:]
  /// Those that failed before they began.
  private var stillborn: [(Int, Outcome)] = []
  /// What only opens a connection.
  private var opening: CurlTransfer?
  private var opened: OpenedConnection?
  /// What is for the connection that is being opened, not for one beside it.
  private var keptBack: [(number: Int, request: HTTPRequest, end: ContinuousClock.Instant)] = []
  package private(set) var width = 1

  /// - Parameters:
  ///   - environment: what libcurl finds a proxy in.
  ///   - tool: name and version, for User-Agent (RFC 8555 §6.1).
  ///   - language: for Accept-Language.
  ///   - maxConnections: how many there may be where one can't take several exchanges at once.
  ///   - isInterrupted: asked several times a second while an exchange lasts; true ends it.
  package init(
    trust: Trust, environment: Environment, tool: String, language: String, maxConnections: Int = 3,
    isInterrupted: @escaping () -> Bool
  ) throws {
    guard let multi = curl_multi_init() else { throw Failure(.bug, "libcurl can't be started") }
    self.multi = multi
    self.trust = trust
    self.environment = environment
    // `curl_version` would start OpenLDAP for its number, which looks this host's own name up and loads SASL's plug-ins.
    let version = String(cString: curl_version_info(CURLVERSION_FIRST).pointee.version)
    headers = [("Accept-Language", language), ("User-Agent", "\(tool) libcurl/\(version)")]
    self.maxConnections = maxConnections
    self.isInterrupted = isInterrupted
    // HTTP/2 never needs a second, however few streams the server takes.
    _ = CCurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1)
  }

  deinit {
    abandon()
    curl_multi_cleanup(multi)
  }

  package func begin(_ number: Int, _ request: HTTPRequest, within seconds: Double) {
    let end = ContinuousClock.now + .seconds(min(seconds, 1e6))
    guard opening == nil else { return keptBack.append((number, request, end)) }
    begin(number, request, until: end)
  }

  private func begin(_ number: Int, _ request: HTTPRequest, until end: ContinuousClock.Instant) {
    do throws(TransportError) {
      let left = max(0, (end - ContinuousClock.now) / .seconds(1))
      let transfer = try CurlTransfer(
        number, request, headers: headers, trust: trust, environment: environment, within: left)
      guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
        throw .unreachable("libcurl can't begin another transfer")
      }
      underWay[transfer.handle] = transfer
      opened?.beTaken(by: advance)
      opened = nil
    } catch {
      stillborn.append((number, .failure(error)))
    }
  }

  package func next(within seconds: Double) throws(Interrupted) -> (number: Int, outcome: Outcome)? {
    let end = ContinuousClock.now + .seconds(max(0, min(seconds, 1e6)))
    while true {
      if let dead = stillborn.popLast() { return dead }
      advance()
      if let over = finished() { return over }
      if isInterrupted() { throw Interrupted() }
      if beginKeptBack() { continue }
      let left = (end - ContinuousClock.now) / .seconds(1)
      guard left > 0, !underWay.isEmpty || !keptBack.isEmpty else { return nil }
      curl_multi_poll(multi, nil, 0, Int32(min(left, Self.patience) * 1000) + 1, nil)
    }
  }

  private func advance() {
    var running: Int32 = 0
    Self.withoutSignalsInThreads { _ = curl_multi_perform(multi, &running) }
  }

  /// A thread that libcurl begins, to look a name up, has the mask of whoever began it: one that takes no signal leaves
  /// them all to the thread that looks for them.
  private static func withoutSignalsInThreads(_ body: () -> Void) {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    body()
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  private func finished() -> (number: Int, outcome: Outcome)? {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      guard let transfer = underWay.removeValue(forKey: handle) else {
        opened = OpenedConnection(by: handle)
        endOpening()
        continue
      }
      // The message goes with the handle, which has to be out of the multi handle before its transfer goes.
      let code = message.pointee.data.result
      return withExtendedLifetime(transfer) {
        curl_multi_remove_handle(multi, handle)
        let outcome = transfer.result(code)
        if case .success = outcome { widen(isMultiplexed: transfer.isMultiplexed) }
        return (transfer.number, outcome)
      }
    }
    return nil
  }

  private func widen(isMultiplexed: Bool) {
    width = isMultiplexed ? Self.maxStreams : maxConnections
    _ = CCurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, isMultiplexed ? 1 : maxConnections)
  }

  package func abandon() {
    endOpening()
    for handle in underWay.keys { curl_multi_remove_handle(multi, handle) }
    underWay = [:]
    stillborn = []
    keptBack = []
  }
}

// MARK: A connection before there is a request

extension CurlTransport {
  private static let longestOpening = 30.0

  /// Begins to open a connection to the server of `url`, and asks for nothing. What comes of that shows with the first
  /// request, which takes this connection or opens one.
  package func beginOpening(to url: ACMEURL) {
    let request = HTTPRequest(.head, url, for: .nonce, maxBody: 0)
    guard opening == nil,
      let transfer = try? CurlTransfer(
        0, request, headers: headers, trust: trust, environment: environment, within: Self.longestOpening),
      transfer.withholdRequest() == CURLE_OK, curl_multi_add_handle(multi, transfer.handle) == CURLM_OK
    else { return }
    opening = transfer
    advance()
  }

  /// Goes on with that, until the connection is there or `descriptor` has something to be read.
  package func goOnOpening(untilReadable descriptor: Int32) {
    while opening != nil {
      var input = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
      curl_multi_poll(multi, &input, 1, 1000, nil)
      guard input.revents == 0 else { return }
      advance()
      _ = finished()
    }
  }

  /// Begins what waits for that connection, once it is there, or there is no more time to wait for it.
  private func beginKeptBack() -> Bool {
    guard let first = keptBack.first, opening == nil || first.end <= ContinuousClock.now else { return false }
    endOpening()
    let requests = keptBack
    keptBack = []
    for (number, request, end) in requests { begin(number, request, until: end) }
    return true
  }

  private func endOpening() {
    if let opening { curl_multi_remove_handle(multi, opening.handle) }
    opening = nil
  }
}
