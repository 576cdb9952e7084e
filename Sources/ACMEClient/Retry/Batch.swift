internal import ACMECore

/// Requests on their way, each known by its index.
struct Batch {
  /// More than any CA takes side by side.
  private static let mostUnderWay = 100

  private(set) var requests: [any OutgoingRequest]
  /// Those from here on only ask for nonces, so that there is one for each stream. If one fails, it is not missed.
  private let firstExtra: Int
  var tries: [Tries]
  var waiting: [Int]
  var underWay: [Int: Sent] = [:]
  /// Why nothing more is to be begun.
  private(set) var error: (any Error)?
  /// Nothing is begun before this moment.
  private(set) var pauseEnd = 0.0
  /// How many may be under way at once.
  private(set) var width = mostUnderWay

  init(_ requests: [any OutgoingRequest]) {
    self.requests = requests
    firstExtra = requests.count
    tries = Array(repeating: Tries(), count: requests.count)
    waiting = Array(requests.indices)
  }

  var isOver: Bool { !underWay.keys.contains { !isExtra($0) } && (waiting.isEmpty || error != nil) }

  var extraNonces: Int { requests.count - firstExtra }

  func isExtra(_ index: Int) -> Bool { index >= firstExtra }

  func pauseLeft(_ clock: Clock) -> Double {
    let left = pauseEnd - clock.monotonic()
    return waiting.isEmpty || left <= 0 ? .infinity : left
  }

  /// A CA that is in trouble, or asks for patience, is left alone by all of them, and then asked with half the zeal,
  /// which grows again while it goes well. Many that find it in trouble at once count as one.
  mutating func rest(from now: Double, for pause: Double) {
    if pauseEnd <= now { width = max(1, min(width, underWay.count + 1) / 2) }
    pauseEnd = max(pauseEnd, now + pause)
  }

  mutating func succeed() { width = min(width + 1, Self.mostUnderWay) }

  mutating func addNonceRequest(_ request: PlainRequest) -> Int {
    requests.append(request)
    tries.append(Tries())
    return requests.count - 1
  }

  mutating func stop(by error: any Error) { self.error = self.error ?? error }
}

/// A request that is under way.
struct Sent {
  let number: Int
  let request: HTTPRequest
  let at: Double
}
