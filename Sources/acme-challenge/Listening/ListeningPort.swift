import Synchronization

/// A port that is served as long as there is something to show.
final class ListeningPort<Value: Sendable> {
  private let shown = Shown<Value>()
  private let address: ListeningAddress
  private var sockets: ListeningSockets?
  private var listener: Listener?

  var text: String { address.text }

  init(_ address: ListeningAddress) { self.address = address }

  /// Takes the port, so that one that is in use is known before the CA hears of the order.
  ///
  /// Throws `Failure` 73.
  func take() throws {
    guard sockets == nil else { return }
    sockets = try ListeningSockets(address)
  }

  func show(
    _ value: Value, as name: String,
    connect: (Shown<Value>) throws -> @Sendable (Int32) -> (any LookerConnection)?
  ) throws {
    try take()
    shown[name] = value
    guard listener == nil, let sockets else { return }
    listener = try Listener(sockets, connect: connect(shown))
  }

  /// With the last one the port is free again.
  func hide(_ name: String) {
    shown[name] = nil
    guard shown.isEmpty else { return }
    listener?.close()
    listener = nil
    sockets = nil
  }
}

/// What is shown to who asks for which name: told by one thread, looked up by another.
final class Shown<Value: Sendable>: Sendable {
  private let values = Mutex<[String: Value]>([:])

  subscript(name: String) -> Value? {
    get { values.withLock { $0[name] } }
    set { values.withLock { $0[name] = newValue } }
  }

  var isEmpty: Bool { values.withLock(\.isEmpty) }

  var all: [Value] { values.withLock { Array($0.values) } }
}
