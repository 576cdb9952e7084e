import ACMECore

/// Challenges that the CA has left `pending` with an error, after they were answered: with some CAs nothing runs any
/// more then, until they are answered once more. That is done a few times, since what was missing may only be late.
struct Insistence {
  /// When they are answered again, in seconds from the moment at which the error was first seen.
  private static let answers = [1.0, 4.0, 8.0]
  private static let patience = 10.0

  private struct Stuck {
    let since: Double
    var answers = 0
    /// The CA didn't want to hear of it again.
    var isRefused = false
  }

  private var stuck: [ACMEURL: Stuck] = [:]

  mutating func note(_ urls: [ACMEURL], at now: Double) {
    for url in urls where stuck[url] == nil { stuck[url] = Stuck(since: now) }
  }

  /// Those of `urls` to be answered again now.
  func due(of urls: [ACMEURL], at now: Double) -> [ACMEURL] {
    urls.filter { url in nextAnswer(url).map { $0 <= now } == true && !isHopeless(url, at: now) }
  }

  mutating func answered(_ url: ACMEURL, isRefused: Bool) {
    stuck[url]?.answers += 1
    stuck[url]?.isRefused = isRefused
  }

  /// Whether nothing is to be hoped for any more from one that is stuck still.
  func isHopeless(_ url: ACMEURL, at now: Double) -> Bool {
    guard let stuck = stuck[url] else { return false }
    return stuck.isRefused || now >= stuck.since + Self.patience
  }

  /// The moment at which one of `urls` is to be answered, or given up.
  func next(of urls: [ACMEURL]) -> Double {
    urls.compactMap { url in nextAnswer(url) ?? stuck[url].map { $0.since + Self.patience } }.min() ?? .infinity
  }

  private func nextAnswer(_ url: ACMEURL) -> Double? {
    guard let stuck = stuck[url], stuck.answers < Self.answers.count else { return nil }
    return stuck.since + Self.answers[stuck.answers]
  }
}
