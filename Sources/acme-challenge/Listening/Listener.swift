import ACMECore
import ACMETool
import CSystem
import Glibc

/// One connection of somebody who looks, taken further each time that its socket is ready.
protocol LookerConnection: AnyObject {
  var socket: Int32 { get }

  /// What it waits for next: POLLIN or POLLOUT; nil when it is done with.
  func advance() -> Int32?
}

/// Serves some sockets in a thread of its own, from `init` to `close`.
final class Listener: Sendable {
  private static let maxConnections = 100
  private static let secondsPerConnection = 10

  private let sockets: [Int32]
  /// Something is written to it to end the thread.
  private let wakeUp: (reader: Int32, writer: Int32)
  private let thread: pthread_t
  private let loop: Loop

  init(_ sockets: ListeningSockets, connect: @escaping @Sendable (Int32) -> (any LookerConnection)?) throws {
    self.sockets = sockets.numbers
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(.io, "can't make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    wakeUp = (ends[0], ends[1])
    loop = Loop(sockets: sockets.numbers, wakeUp: ends[0], connect: connect)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(loop).toOpaque()
    // It has the mask that is there now: signals are for the thread that looks for them.
    let error = Signals.holding {
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<Loop>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context)
    }
    guard error == 0 else { throw Failure(.io, "can't start a thread") }
    self.thread = thread
  }

  /// One that a program of the user's doesn't inherit, and that nobody waits for.
  private static func accept(_ listening: Int32) -> Int32 {
    let socket = CSystem_accept(listening)
    guard socket < 0, [ENOSYS, EPERM, EINVAL].contains(errno) else { return socket }
    let plain = Glibc.accept(listening, nil, nil)
    if plain >= 0 {
      _ = fcntl(plain, F_SETFD, FD_CLOEXEC)
      _ = fcntl(plain, F_SETFL, O_NONBLOCK)
    }
    return plain
  }

  /// Returns when nothing is served any more and the port is free.
  func close() {
    var end: UInt8 = 0
    write(wakeUp.writer, &end, 1)
    pthread_join(thread, nil)
    for number in sockets + [wakeUp.reader, wakeUp.writer] { Glibc.close(number) }
  }

  private final class Loop: Sendable {
    private let sockets: [Int32]
    private let wakeUp: Int32
    private let connect: @Sendable (Int32) -> (any LookerConnection)?

    init(sockets: [Int32], wakeUp: Int32, connect: @escaping @Sendable (Int32) -> (any LookerConnection)?) {
      self.sockets = sockets
      self.wakeUp = wakeUp
      self.connect = connect
    }

    func run() {
      var open: [(connection: any LookerConnection, awaited: Int32, end: ContinuousClock.Instant)] = []
      defer { open.forEach { Glibc.close($0.connection.socket) } }
      while true {
        var ready = ([wakeUp] + sockets).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        ready += open.map { pollfd(fd: $0.connection.socket, events: Int16($0.awaited), revents: 0) }
        poll(&ready, nfds_t(ready.count), 1000)
        if ready[0].revents != 0 { return }

        let states = ready.dropFirst(1 + sockets.count)
        open = zip(open, states).compactMap { entry, state in
          let isLate = entry.end < .now
          let awaited = state.revents == 0 && !isLate ? entry.awaited : isLate ? nil : entry.connection.advance()
          guard let awaited else {
            Glibc.close(entry.connection.socket)
            return nil
          }
          return (entry.connection, awaited, entry.end)
        }
        for state in ready.dropFirst().prefix(sockets.count) where state.revents != 0 {
          let socket = Listener.accept(state.fd)
          guard socket >= 0 else {
            // Too many files are open, most likely: the one that waits would be found ready again at once.
            usleep(50_000)
            continue
          }
          guard let connection = connect(socket) else {
            Glibc.close(socket)
            continue
          }
          // The oldest has had its time: those who only sit there must not keep the CA out.
          if open.count == Listener.maxConnections { Glibc.close(open.removeFirst().connection.socket) }
          open.append((connection, POLLIN, .now + .seconds(Listener.secondsPerConnection)))
        }
      }
    }
  }
}
