extension OrderDocument {
  /// The authorizations that the CA hasn't found valid yet.
  package var awaited: [Authorization] { authorizations.filter { $0.status != .valid } }

  /// What the CA has said of the names that are awaited, though it may be trying still (RFC 8555 §8.2).
  package var lastWords: [(identifier: Identifier, problem: Problem)] {
    // Of an order that is ready or further nobody asked for its authorizations any more.
    guard [.pending, .invalid].contains(order.status) else { return [] }
    return awaited.compactMap { authorization in
      guard let challenge = authorization.challengeAtWork, challenge.status != .valid, let error = challenge.error
      else { return nil }
      return (authorization.identifier, error)
    }
  }
}

extension Failure {
  /// Adds what the CA has said last of the order of `document`, where the failure ends a wait and doesn't say it.
  package mutating func add(lastWordsOf document: OrderDocument) {
    order = order ?? document
    guard ![.input, .bug].contains(status) else { return }
    let said = problem?.subproblemLines ?? []
    func says(_ words: Problem) -> Bool {
      let end = ": \(words.summary)"
      return message.contains(end) || said.contains { $0.hasSuffix(end) }
    }
    let words = document.lastWords.filter { !says($0.problem) }
    if words.count == 1 {
      message += "; the CA's last words on \(words[0].identifier): \(words[0].problem.summary)"
      problem = problem ?? words[0].problem
    } else if words.count > 1 {
      let problem = Problem(compound: words.map { $0.problem.object(of: $0.identifier) })
      message += "; the CA's last words on \(words.map(\.identifier).list.shown(limit: 200))"
      if self.problem == nil {
        self.problem = problem
      } else {
        message += ": " + problem.subproblemLines.joined(separator: "; ")
      }
    } else if let error = document.order.error, document.lastWords.isEmpty, !says(error) {
      message += "; the CA's last words: \(error.summary)"
      problem = problem ?? error
    }
  }
}
