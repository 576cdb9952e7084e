import Testing

@testable import ACMEClient
@testable import ACMECore

@Suite struct AttentionTests {
  private func urls(_ count: Int) throws -> [ACMEURL] {
    try (1...count).map { try ACMEURL("https://ca.example/a/\($0)") }
  }

  /// When the order, and each authorization, was asked for until `end`; nothing changes all that time.
  private func asked(_ count: Int, until end: Double) throws -> (order: [Double], looks: [ACMEURL: [Double]]) {
    let urls = try urls(count)
    var attention = Attention(to: urls, urgent: [], from: 0)
    var order: [Double] = []
    var looks: [ACMEURL: [Double]] = [:]
    var now = 0.0
    while now < end {
      if attention.isOrderDue(at: now) {
        attention.askedForOrder(at: now, retryAfter: nil)
        order.append(now)
      }
      for url in attention.due(of: urls, at: now) {
        attention.lookedAt(url, at: now, retryAfter: nil)
        looks[url, default: []].append(now)
      }
      now = max(now + 0.001, attention.next(of: urls))
    }
    return (order, looks)
  }

  private func longestGap(_ times: [Double]?) -> Double {
    guard let times, times.count > 1 else { return .infinity }
    return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? .infinity
  }

  @Test func `what the CA asks for when a challenge is answered is kept to`() throws {
    let urls = try urls(2)
    var attention = Attention(to: urls, urgent: [], pauses: [urls[0]: 5, urls[1]: 8], from: 0)
    #expect(!attention.isOrderDue(at: 4.9))
    #expect(attention.isOrderDue(at: 5))
    #expect(attention.due(of: urls, at: 5) == [urls[0]])
    attention.hurryOrder()
    #expect(attention.orderDueAt == 5)
  }

  @Test func `one that may change at once is reason enough to ask for the order`() throws {
    let urls = try urls(2)
    let attention = Attention(to: urls, urgent: [], pauses: [urls[0]: 5], from: 0)
    #expect(attention.isOrderDue(at: 0))
  }

  @Test(arguments: 1...6)
  func `of a few, each is looked at within two seconds`(_ count: Int) throws {
    let (order, looks) = try asked(count, until: 60)
    #expect(longestGap(order) < 2)
    for url in try urls(count) {
      #expect(longestGap(looks[url]) < 2)
      #expect((looks[url]?.first ?? 60) < 2)
    }
  }

  @Test(arguments: [1, 5, 20, 100, 1000])
  func `no more than a handful of requests a second`(_ count: Int) throws {
    let (order, looks) = try asked(count, until: 300)
    let all = order + looks.values.flatMap { $0 }
    for second in 1..<300 {
      let within = all.filter { Double(second)..<Double(second + 1) ~= $0 }
      #expect(within.count <= 9)
    }
    #expect(all.count <= 300 * 6)
  }

  @Test func `an order is hurried once, not at each look`() throws {
    var attention = Attention(to: [], urgent: [], from: 0)
    attention.askedForOrder(at: 0, retryAfter: nil)
    attention.hurryOrder()
    #expect(attention.isOrderDue(at: 0))
    attention.askedForOrder(at: 0, retryAfter: nil)
    attention.hurryOrder()
    #expect(!attention.isOrderDue(at: 0))
  }

  @Test func `a hundred are left alone for ten seconds, and then have their turn`() throws {
    let (_, looks) = try asked(100, until: 60)
    #expect(looks.count == 100)
    #expect(looks.values.allSatisfy { $0[0] >= 10 })
    let first = try #require(looks.values.map { $0[0] }.max())
    #expect(first < 40)
  }

  @Test func `one of which the CA has said something is looked at at once`() throws {
    let urls = try urls(100)
    var attention = Attention(to: urls, urgent: [urls[57]], from: 0)
    #expect(attention.due(of: urls, at: 0) == [urls[57]])
  }

  @Test func `the CA's own pauses are kept, each for what it was said of`() throws {
    let urls = try urls(1)
    let now = Timestamp(seconds: 1_795_435_200)
    var attention = Attention(to: urls, urgent: [], from: 0)
    attention.askedForOrder(at: 0, retryAfter: RetryAfter("20", now: now))
    attention.hurryOrder()
    #expect(!attention.isOrderDue(at: 19))
    #expect(attention.due(of: urls, at: 1) == urls)
    attention.lookedAt(urls[0], at: 1, retryAfter: RetryAfter("10", now: now))
    #expect(attention.due(of: urls, at: 10) == [])
    #expect(attention.due(of: urls, at: 11) == urls)
  }
}
