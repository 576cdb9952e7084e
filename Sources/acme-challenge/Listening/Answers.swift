import Synchronization

/// What is answered to whom, told by one thread and looked up by another.
final class Answers<Value: Sendable>: Sendable {
  private let values = Mutex<[String: Value]>([:])

  subscript(name: String) -> Value? {
    get { values.withLock { $0[name] } }
    set { values.withLock { $0[name] = newValue } }
  }

  var isEmpty: Bool { values.withLock(\.isEmpty) }

  var all: [Value] { values.withLock { Array($0.values) } }
}
