import ACMECore
import Glibc

/// One question on its way to one server: by UDP, without EDNS if it comes to nothing with it, and by TCP if the answer
/// is too long (RFC 7766).
final class DNSExchange {
  enum Outcome {
    case response(DNSResponse)
    /// Nothing, or nothing that could be an answer; what the server does instead.
    case silence(String)
    /// Nothing yet, when our own time was over. It says nothing of the server.
    case unheard
    /// This machine has no way to such an address.
    case noRoute
  }

  /// A datagram may get lost.
  private static let secondsUntilRepeated = 1.5
  static let silence = Outcome.silence("doesn't answer")
  private static let patience = 4.0
  /// Who says nothing for so long is silent.
  private static let leastPatience = 1.0
  /// Somebody may send faster than we read, and would be read for ever.
  private static let mostReadAtOnce = 16

  private(set) var socket: Int32 = -1
  private(set) var awaited = POLLIN
  private(set) var outcome: Outcome?
  private let query: Query
  private let server: SocketAddress
  private let now: () -> Double
  private var repeatAt: Double?
  private var began: Double?
  private var end = 0.0
  /// By TCP each message has its length before it.
  private var unsent: ArraySlice<UInt8> = []
  private var received: [UInt8] = []
  private var isStream = false
  private var isPlain = false
  /// What the server may have said of EDNS rather than of the question.
  private var refusal: DNSResponse?

  init(_ query: Query, to server: SocketAddress, now: @escaping () -> Double) {
    self.query = query
    self.server = server
    self.now = now
  }

  deinit { closeSocket() }

  /// When something is to be done even if nothing comes.
  var due: Double { min(repeatAt ?? end, end) }

  func start() {
    began = now()
    guard open(SOCK_DGRAM) else { return }
    repeatAt = now() + Self.secondsUntilRepeated
    sendDatagram(query.extended)
  }

  private func giveUp() {
    if isStream { return finish(.silence("truncates its answer and doesn't answer by TCP")) }
    finish(refusal.map { .response($0) } ?? Self.silence)
  }

  /// There is no more time for it.
  func cutShort() {
    guard let began, now() - began >= Self.leastPatience else { return finish(.unheard) }
    giveUp()
  }

  /// The time of `due` has come.
  func goOnLate() {
    guard repeatAt != nil, now() < end else { return giveUp() }
    repeatAt = nil
    askPlainly()
  }

  /// EDNS may be what keeps the answer away (RFC 6891 §6.2.2), on the way too.
  private func askPlainly() {
    isPlain = true
    sendDatagram(query.plain)
  }

  /// The socket is ready.
  func goOn() {
    if isStream { goOnByStream() } else { readDatagrams() }
  }

  private func finish(_ outcome: Outcome) {
    self.outcome = outcome
    closeSocket()
  }

  private func closeSocket() {
    if socket >= 0 { close(socket) }
    socket = -1
  }

  private func open(_ type: __socket_type) -> Bool {
    closeSocket()
    end = now() + Self.patience
    socket = server.socket(type)
    if socket >= 0, server.connect(socket) == 0 || errno == EINPROGRESS { return true }
    finish(outcome(of: errno))
    return false
  }

  /// By TCP there is a way, as an answer came by it.
  private func outcome(of error: Int32) -> Outcome {
    if isStream { return .silence("truncates its answer and refuses TCP") }
    // An address of the local link alone, without a scope, is EINVAL.
    let isNoRoute = [EAFNOSUPPORT, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES, EINVAL].contains(error)
    return isNoRoute ? .noRoute : Self.silence
  }

  private func sendDatagram(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
  }

  /// A message that is no answer may be somebody's who guesses: the true one may still come.
  private func readDatagrams() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    for _ in 0..<Self.mostReadAtOnce {
      let count = read(socket, &buffer, buffer.count)
      guard count >= 0 else {
        if errno != EAGAIN, errno != EINTR { finish(outcome(of: errno)) }
        return
      }
      guard let response = DNSResponse(Array(buffer[..<count]), to: query) else { continue }
      if response.isOfNoEDNS, refusal == nil {
        refusal = response
        if !isPlain { askPlainly() }
        continue
      }
      return response.isTruncated ? startStream() : finish(.response(response))
    }
  }

  private func startStream() {
    isStream = true
    repeatAt = nil
    let message = isPlain ? query.plain : query.extended
    unsent = ([UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message)[...]
    awaited = POLLOUT
    _ = open(SOCK_STREAM)
  }

  private func goOnByStream() {
    guard unsent.isEmpty else {
      let count = unsent.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EAGAIN || errno == EINTR else { return finish(outcome(of: errno)) }
      unsent = unsent.dropFirst(max(count, 0))
      awaited = unsent.isEmpty ? POLLIN : POLLOUT
      return
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(socket, &buffer, buffer.count)
    guard count > 0 else {
      if count == 0 { giveUp() } else if errno != EAGAIN, errno != EINTR { finish(outcome(of: errno)) }
      return
    }
    received += buffer[..<count]
    guard received.count >= 2 else { return }
    let length = Int(received[0]) << 8 | Int(received[1])
    guard received.count >= 2 + length else { return }
    let response = DNSResponse(Array(received[2..<2 + length]), to: query)
    guard let response, !response.isTruncated else { return giveUp() }
    finish(.response(response))
  }
}

extension DNSExchange.Outcome {
  /// Whether there is a way to the server, and nothing came by it.
  var isSilence: Bool {
    switch self {
    case .silence, .unheard: true
    case .response, .noRoute: false
    }
  }

  /// What the server does in place of answering; nil where it answers.
  var complaint: String? {
    switch self {
    case .response(let response): response.refusal
    case .silence(let how): how
    case .unheard: "doesn't answer"
    case .noRoute: "can't be reached from here"
    }
  }
}
