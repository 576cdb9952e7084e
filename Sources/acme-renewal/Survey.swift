import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool

/// Decides of certificates whether they are due. A CA is asked for each of its certificates once, over one connection;
/// one that can't be asked isn't waited for, nor asked again: the lifetimes decide then.
struct Survey {
  /// The time that a CA gets, whatever becomes of it: so many seconds, and one more for so many certificates.
  private static let patience = 10
  private static let certificatesPerSecond = 20

  private let options: CAOptions
  /// nil where no CA is asked.
  private let outside: Outside?
  private let tool: Tool

  init(_ options: SurveyOptions, _ tool: Tool) throws {
    self.options = options.ca
    self.tool = tool
    outside = options.offline ? nil : try options.ca.outside(tool, maxConnections: 1)
  }

  /// Throws `Failure` for what is wrong with an option or a variable, and `Interrupted`.
  func findings(on subjects: [Subject]) throws -> [Finding] {
    let advice = try outside.map { try self.advice(on: subjects, $0) } ?? [:]
    let now = now
    var isExplained = false
    return subjects.map { subject in
      switch subject.found {
      case .unreadable: return Finding(subject: subject, renewal: nil)
      case .missing: return Finding(subject: subject, renewal: .missing)
      case .certificate(let certificate, let lifetime):
        let id = certificate.id
        let renewal = Renewal(of: lifetime, id, advice: id.flatMap { advice[$0] } ?? .none, at: now)
        if !isExplained { tool.explain(.renewal(renewal, of: subject, lifetime, at: now)) }
        isExplained = true
        return Finding(subject: subject, renewal: renewal)
      }
    }
  }

  /// By the clock of the trace, where one is played again.
  var now: Timestamp { (outside?.world.clock ?? Signals.clock).wall() }

  // MARK: Asking

  private struct Question {
    let subject: Subject
    let id: CertificateID
    let lifetime: Lifetime
  }

  private func advice(on subjects: [Subject], _ outside: Outside) throws -> [CertificateID: Renewal.Advice] {
    var directories: [ACMEURL] = []
    var questions: [ACMEURL: [Question]] = [:]
    var asked: Set<CertificateID> = []
    let now = now
    for subject in subjects {
      // What has expired must not be asked for any more (RFC 9773 §4.3).
      guard case .certificate(let certificate, let lifetime) = subject.found, let id = certificate.id,
        now <= lifetime.end, let directory = try options.directory(renewing: certificate, tool),
        asked.insert(id).inserted
      else { continue }
      if questions[directory] == nil { directories.append(directory) }
      questions[directory, default: []].append(Question(subject: subject, id: id, lifetime: lifetime))
    }
    var advice: [CertificateID: Renewal.Advice] = [:]
    var policy = RetryPolicy()
    policy.faultAttempts = 2
    policy.connectAttempts = 2
    // Let's Encrypt's own: 1,000, and 100 at once.
    policy.requestsPerSecond = 900
    policy.requestsAtOnce = 90
    var exchanges = 0
    for directory in directories {
      let questions = questions[directory] ?? []
      let budget = try options.time.budget(
        tool, clock: outside.world.clock, most: Self.patience + questions.count / Self.certificatesPerSecond)
      let client = outside.client(for: directory, budget: budget, policy: policy, after: exchanges)
      try ask(client, directory, questions) { advice[$0] = $1 }
      exchanges = client.exchangeCount
    }
    return advice
  }

  /// - Parameter each: gets the answers. Where the CA gives no such advice, there is none.
  private func ask(
    _ client: Client, _ directory: ACMEURL, _ questions: [Question], each: (CertificateID, Renewal.Advice) -> Void
  ) throws {
    var left = Set(questions.indices)
    var doubts: [(subject: Subject, failure: Failure)] = []
    defer { tool.messages.progress(nil) }
    do {
      guard try client.hasRenewalInfo() else {
        return tool.messages.step("the CA \(directory) doesn't say when it wants certificates renewed")
      }
      try client.renewalInfo(of: questions.map(\.id)) { index, result in
        let question = questions[index]
        left.remove(index)
        do throws(Failure) {
          let (info, pause) = try result.get()
          try reading("the renewal information for \(question.id)") { try info.check(against: question.lifetime) }
          each(question.id, .info(info, pause: pause))
        } catch {
          doubts.append((question.subject, error))
          each(question.id, .unavailable())
        }
        tool.messages.progress("asking the CA when to renew: \(questions.count - left.count) of \(questions.count)")
      }
    } catch let failure as Failure where failure.status != .input {
      let pause = failure.retryAt.map { Double($0.seconds - now.seconds) }
      for index in left.sorted() {
        doubts.append((questions[index].subject, failure))
        each(questions[index].id, .unavailable(pause: pause))
      }
    }
    guard let (first, failure) = doubts.first else { return }
    let others = doubts.count == 1 ? "" : " and \(doubts.count - 1) other\(doubts.count == 2 ? "" : "s")"
    tool.messages.warning(
      "no word from the CA \(directory) on when to renew \(first)\(others), so the lifetime decides: "
        + failure.message)
  }
}
