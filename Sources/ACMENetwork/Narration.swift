internal import ACMEClient
internal import ACMETool

/// Says each exchange where that is asked for, and what is waited for where it takes its time.
struct Narration: Witness {
  let messages: Messages

  func sending(_ request: HTTPRequest, number: Int) {}

  func witness(_ exchange: Exchange) {
    let request = exchange.request
    let outcome =
      switch exchange.outcome {
      case .success(let response): String(response.status)
      case .failure(let error): error.reason
      }
    messages.exchange("\(request.purpose): \(request.method.rawValue) \(request.url): \(outcome)")
  }

  func awaiting(_ request: HTTPRequest?) {
    messages.progress(request.map { "waiting for the CA's answer to \($0.purpose) (\($0.url))" })
  }
}
