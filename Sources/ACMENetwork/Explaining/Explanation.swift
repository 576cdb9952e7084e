internal import ACMEClient
internal import ACMECore
internal import ACMETool

/// Explains every exchange with the CA as it happens: a kind of request in full when it comes first, later ones in a
/// line each.
final class Explanation: Witness {
  private let messages: Messages
  /// Which request of a kind was explained in full.
  private var explained: [HTTPRequest.Purpose: Int] = [:]
  /// The last request with the same URL and payload.
  private var asked: [String: Int] = [:]
  /// The request whose JWS was explained in full.
  private var firstSigned: Int?
  private var known: Set<ResponseLesson.Kind> = []
  private var isNonceExplained = false

  init(_ messages: Messages) { self.messages = messages }

  func sending(_ request: HTTPRequest, number: Int) {
    let question = "\(request.method.rawValue) \(request.url) \(request.jws?.payload ?? "")"
    defer { asked[question] = number }
    guard let first = explained[request.purpose] else {
      explained[request.purpose] = number
      return messages.explain(inFull(request, number))
    }
    if let before = asked[question] {
      let renewal = request.jws == nil ? "" : ", with a fresh nonce"
      return say("request \(number): \(request.purpose) again, as in request \(before)\(renewal)")
    }
    say("request \(number): \(request.purpose), as in request \(first), but \(request.method.rawValue) \(request.url)")
  }

  func witness(_ exchange: Exchange) {
    let number = exchange.number
    switch exchange.outcome {
    case .failure(let error):
      say("answer \(number): none came: \(error.reason)")
    case .success(let response):
      let lesson = ResponseLesson(response, to: exchange.request)
      let isNew = known.insert(lesson.kind).inserted
      messages.explain(
        Lesson("answer \(number): \(lesson.summary)", isNew ? lesson.parts + nonce(of: response) : []))
    }
  }

  private func inFull(_ request: HTTPRequest, _ number: Int) -> Lesson {
    var lesson = Lesson("request \(number): \(request.purpose) (\(request.purpose.section))")
    lesson.add(.text("\(request.method.rawValue) \(request.url)"))
    lesson.add(request.meaning)
    if let jws = request.jws {
      lesson.add(firstSigned.map(jws.asIn) ?? jws.inFull)
      firstSigned = firstSigned ?? number
    }
    return lesson
  }

  private func nonce(of response: HTTPResponse) -> [Lesson.Part] {
    guard let nonce = response.header("replay-nonce")?.shown(limit: 60) else { return [] }
    defer { isNonceExplained = true }
    let meaning = isNonceExplained ? "the next nonce" : "the nonce for the next request (section 6.5.1)"
    return [.item("Replay-Nonce", "\(nonce), \(meaning)")]
  }

  private func say(_ text: String) { messages.explain(Lesson(text)) }
}
