@testable import ACMECore

let dnsParsers = [
  Parser("message") { bytes in
    guard let message = Message(bytes) else { return }
    expect(message.answers.count + message.authorities.count <= bytes.count / 11, "there are more records than octets")
  },
  Parser("answer to a question") { bytes in
    // What is asked is taken from the message itself, so that it gets as far as an answer.
    guard let message = Message(bytes), let question = message.questions.first else { return }
    let query = try Query(question, isRecursive: true)
    guard let response = DNSResponse([UInt8(query.id >> 8), UInt8(query.id & 0xFF)] + bytes.dropFirst(2), to: query)
    else { return }
    _ = (response.zone, response.referral, response.texts, response.alias, response.servers, response.addresses)
    _ = CAASet(domain: question.name.text, data: response.permissions)
  },
  Parser("CAA record") { bytes in
    guard CAARecord(data: bytes) != nil else { return }
    let set = CAASet(domain: "a.example", data: [bytes])
    for isWildcard in [false, true] {
      _ = set.decision(
        on: CAARequest(issuers: ["ca.example"], account: nil, method: .http01, isWildcard: isWildcard))
    }
  },
]
