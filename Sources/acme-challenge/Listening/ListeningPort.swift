/// A port that answers as long as there is something to show.
final class ListeningPort<Answer: Sendable> {
  let answers = Answers<Answer>()
  private let address: ListeningAddress
  private var sockets: ListeningSockets?
  private var listener: Listener?

  init(_ address: ListeningAddress) { self.address = address }

  /// Takes the port, so that one that is in use is known before the CA hears of the order.
  ///
  /// Throws `Failure` 73.
  func take() throws {
    guard sockets == nil else { return }
    sockets = try ListeningSockets(address)
  }

  func show(
    _ answer: Answer, as name: String,
    connect: (Answers<Answer>) throws -> @Sendable (Int32) -> (any LookerConnection)?
  ) throws {
    try take()
    answers[name] = answer
    guard listener == nil, let sockets else { return }
    listener = try Listener(sockets, connect: connect(answers))
  }

  /// With the last one the port is free again.
  func hide(_ name: String) {
    answers[name] = nil
    guard answers.isEmpty else { return }
    listener?.close()
    listener = nil
    sockets = nil
  }
}
