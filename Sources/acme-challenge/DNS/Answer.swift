import ACMECore
import CResolv

/// What a name server says to a question.
struct Answer {
  /// Along how many CNAMEs the way to a record may lead.
  static let mostAliases = 10

  /// Longer than a UDP message: to be asked for by TCP.
  let isTruncated: Bool
  /// What the server says in place of an answer: it doesn't know, or doesn't want to.
  let refusal: String?
  private let name: RecordName
  private let records: [Message.Record]
  /// The zone that the server says the name is in, where it has no such record.
  let zone: RecordName?

  /// nil for a message that is no answer to `query`: somebody else's, or nonsense.
  init?(_ bytes: [UInt8], to query: Query) {
    guard let message = Message(bytes), message.isResponse, message.id == query.id,
      message.questions == [query.question]
    else { return nil }
    name = query.question.name
    isTruncated = message.isTruncated
    refusal = Self.refusal(message.code)
    records = message.answers
    zone = message.authorities.first { $0.type == .soa }?.name
  }

  private static func refusal(_ code: ns_rcode) -> String? {
    switch code {
    // That there is no such name is an answer as well.
    case ns_r_noerror, ns_r_nxdomain: nil
    case ns_r_servfail: "answers SERVFAIL"
    case ns_r_refused: "answers REFUSED"
    default: "answers with the error \(code.rawValue)"
    }
  }

  /// The TXT records at the end of the CNAMEs that the server has followed itself.
  var texts: [[UInt8]] {
    var end = name
    for _ in 0..<Self.mostAliases {
      guard let alias = alias(of: end), let next = try? RecordName(alias) else { break }
      end = next
    }
    return records.compactMap { record in
      guard record.name == end, case .text(let text) = record.value else { return nil }
      return text
    }
  }

  /// Where the name is said to lead, as the server wrote it.
  var alias: String? { alias(of: name) }

  private func alias(of name: RecordName) -> String? {
    for case .name(let alias) in records.lazy.filter({ $0.type == .cname && $0.name == name }).map(\.value) {
      return alias
    }
    return nil
  }

  /// The name servers of the zone that begins at the name.
  var servers: [RecordName] {
    records.compactMap { record in
      guard record.type == .ns, record.name == name, case .name(let server) = record.value else { return nil }
      return try? RecordName(server)
    }
  }

  var addresses: [IPAddress] {
    records.compactMap { if case .address(let address) = $0.value { address } else { nil } }
  }
}
