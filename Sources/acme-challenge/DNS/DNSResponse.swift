import ACMECore
import CResolv

/// What a name server says to a question.
struct DNSResponse {
  /// Along how many CNAMEs the way to a record may lead.
  static let mostAliases = 10

  /// Longer than a UDP message: to be asked for by TCP.
  let isTruncated: Bool
  /// Whether the server has the zone that the name is in.
  let isAuthoritative: Bool
  /// What the server says in place of an answer: it doesn't know, or doesn't want to.
  let refusal: String?
  /// Whether that says that the servers of the zone have no answer, and not that this one wants to give none.
  let isFailure: Bool
  /// Whether there are no records of any type, here and below.
  let isNoSuchName: Bool
  /// Whether it may answer otherwise to a question without EDNS: servers that don't know it say one error or another
  /// (RFC 6891 §7 and older ones), as does one that knows another version of it.
  let isOfNoEDNS: Bool
  private let name: RecordName
  private let records: [Message.Record]
  private let authorities: [Message.Record]

  /// nil for a message that is no answer to `query`: somebody else's, or nonsense.
  init?(_ bytes: [UInt8], to query: Query) {
    guard let message = Message(bytes), message.isResponse, message.id == query.id else { return nil }
    refusal = Self.refusal(message.code)
    isFailure = message.code == Int(ns_r_servfail.rawValue)
    isNoSuchName = message.code == Int(ns_r_nxdomain.rawValue)
    // Who can't read a question may not repeat it.
    guard message.questions == [query.question] || message.questions.isEmpty && refusal != nil else { return nil }
    name = query.question.name
    isTruncated = message.isTruncated
    isAuthoritative = message.isAuthoritative
    isOfNoEDNS = refusal != nil && (!message.hasOptions || Self.codesOfNoEDNS.contains(message.code))
    records = message.answers
    authorities = message.authorities
  }

  private static let codesOfNoEDNS = [ns_r_formerr, ns_r_notimpl, ns_r_badvers].map { Int($0.rawValue) }

  private static func refusal(_ code: Int) -> String? {
    switch ns_rcode(rawValue: UInt32(code)) {
    // That there is no such name is an answer as well.
    case ns_r_noerror, ns_r_nxdomain: nil
    case ns_r_formerr: "answers FORMERR"
    case ns_r_servfail: "answers SERVFAIL"
    case ns_r_notimpl: "answers NOTIMP"
    case ns_r_refused: "answers REFUSED"
    case ns_r_notauth: "answers NOTAUTH"
    case ns_r_badvers: "answers BADVERS"
    default: "answers with the error \(code)"
    }
  }

  /// The zone that the server says the name is in, where it has no such record.
  var zone: RecordName? { authorities.first { $0.type == .soa }?.name }

  /// To whom a server refers that has a zone above the name's alone (RFC 1034 §4.3.2).
  var referral: (zone: RecordName, servers: [RecordName])? {
    guard records.isEmpty, !isAuthoritative, refusal == nil,
      let zone = authorities.first(where: { $0.type == .ns })?.name, name == zone || name.isBelow(zone)
    else { return nil }
    return (zone, Self.servers(of: zone, in: authorities))
  }

  /// The TXT records at the end of the CNAMEs that the server has followed itself.
  var texts: [[UInt8]] { valuesAtEnd { if case .text(let text) = $0 { text } else { nil } } }

  /// The data of the CAA records there.
  var permissions: [[UInt8]] { valuesAtEnd { if case .octets(let data) = $0 { data } else { nil } } }

  private func valuesAtEnd(_ read: (Message.Value) -> [UInt8]?) -> [[UInt8]] {
    var end = name
    for _ in 0..<Self.mostAliases {
      guard let alias = alias(of: end), let next = try? RecordName(alias) else { break }
      end = next
    }
    return records.filter { $0.name == end }.compactMap { read($0.value) }
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
  var servers: [RecordName] { Self.servers(of: name, in: records) }

  private static func servers(of zone: RecordName, in records: [Message.Record]) -> [RecordName] {
    records.compactMap { record in
      guard record.type == .ns, record.name == zone, case .name(let server) = record.value else { return nil }
      return try? RecordName(server)
    }
  }

  var addresses: [IPAddress] {
    records.compactMap { if case .address(let address) = $0.value { address } else { nil } }
  }
}
