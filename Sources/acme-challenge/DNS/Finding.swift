import ACMECore

/// What became of a question to a resolver, which may have several servers.
struct Finding {
  /// The first definite one.
  private(set) var response: DNSResponse?
  /// Whether an error is all that was answered. That is an answer, too: the next place may be asked about.
  private(set) var isRefused = false
  /// Whether a server has found that the zone's own don't answer: it is nothing else for any other resolver.
  private(set) var isFailed = false
  /// What servers did instead, where none has answered.
  private(set) var complaints: [Complaint] = []

  mutating func take(_ outcome: DNSExchange.Outcome, of question: Question, from server: SocketAddress) {
    if case .unheard = outcome { return }
    guard let how = outcome.complaint else {
      if case .response(let response) = outcome { self = Finding(response: response) }
      return
    }
    if case .response(let response) = outcome {
      isRefused = true
      isFailed = isFailed || response.isFailure
    }
    complaints.append(Complaint(server: server.text, how: how, question: question))
  }
}

/// A server that has no answer to a question, and what it does instead.
struct Complaint {
  let server: String
  /// "answers SERVFAIL"
  let how: String
  let question: Question

  var text: String { "\(server) \(how) for the \(question.type.text) records of \(question.name)" }
}

extension Sequence<Complaint> {
  /// The same without those that say of a server what was said of it before, if for another question.
  var unique: [Complaint] {
    var seen: Set<[String]> = []
    return filter { seen.insert([$0.server, $0.how]).inserted }
  }
}

/// What was looked for, as far as it is known now.
struct Sought<Value> {
  var value: Value
  /// Whether it won't be another later.
  var isSettled = false
  /// What was said in place of answers on the way there.
  var complaints: [Complaint] = []
}
