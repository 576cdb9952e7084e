internal import ACMEClient
internal import ACMETool

/// Says each exchange where that is asked for, and what is waited for where it takes its time.
struct Narration: Witness {
  let messages: Messages

  func sending(_ request: HTTPRequest, number: Int) {}

  func witness(_ exchange: Exchange) {
    guard case .success(let response) = exchange.outcome else { return }
    let request = exchange.request
    messages.step("\(request.purpose): \(request.method.rawValue) \(request.url): \(response.status)")
  }

  func awaiting(_ request: HTTPRequest?) {
    messages.progress(request.map { "waiting for the CA's answer to \($0.purpose) (\($0.url))" })
  }
}
