import ACMECore
import ACMETool
import Glibc

/// Asks name servers, many questions side by side, within a budget of time.
struct Asker {
  private static let mostAtOnce = 50

  let budget: Budget

  /// One outcome for each of `asked`, in their order. Throws `Interrupted`.
  func ask(_ asked: [(question: Question, server: SocketAddress)], isRecursive: Bool) throws -> [DNSExchange.Outcome] {
    let exchanges = try asked.map { question, server in
      DNSExchange(try Query(question, isRecursive: isRecursive), to: server, now: budget.clock.monotonic)
    }
    var waiting = exchanges[...]
    var open: [DNSExchange] = []
    while true {
      while open.count < Self.mostAtOnce, let next = waiting.popFirst() {
        next.start()
        open.append(next)
      }
      open.removeAll { $0.outcome != nil }
      guard !open.isEmpty || !waiting.isEmpty else { break }
      guard budget.remaining > 0 else {
        exchanges.filter { $0.outcome == nil }.forEach { $0.cutShort() }
        break
      }
      try advance(open)
    }
    return exchanges.map { $0.outcome ?? .unheard }
  }

  private func advance(_ open: [DNSExchange]) throws {
    var ready = open.map { pollfd(fd: $0.socket, events: Int16($0.awaited), revents: 0) }
    // Signals are held back while there is something to put away, so they don't end a poll.
    poll(&ready, nfds_t(ready.count), 100)
    if Signals.isPending { throw Interrupted() }
    let now = budget.clock.monotonic()
    for (exchange, state) in zip(open, ready) {
      if state.revents != 0 { exchange.goOn() }
      if exchange.outcome == nil, exchange.due <= now { exchange.goOnLate() }
    }
  }
}
