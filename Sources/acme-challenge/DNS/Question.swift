import ACMECore
import CResolv

/// What a name server is asked for.
struct Question: Hashable {
  let name: RecordName
  let type: RecordType
}

struct RecordType: Hashable {
  let rawValue: UInt16

  init(_ number: UInt16) { rawValue = number }

  private init(_ type: ns_type) { rawValue = UInt16(type.rawValue) }

  static let a = RecordType(ns_t_a)
  static let aaaa = RecordType(ns_t_aaaa)
  static let caa = RecordType(ns_t_caa)
  static let cname = RecordType(ns_t_cname)
  static let ns = RecordType(ns_t_ns)
  static let opt = RecordType(ns_t_opt)
  static let soa = RecordType(ns_t_soa)
  static let txt = RecordType(ns_t_txt)

  var text: String {
    switch self {
    case .a: "A"
    case .aaaa: "AAAA"
    case .caa: "CAA"
    case .cname: "CNAME"
    case .ns: "NS"
    case .txt: "TXT"
    default: "TYPE\(rawValue)"
    }
  }
}

/// A question as the message that is sent.
struct Query {
  let question: Question
  let id: UInt16
  /// As any server takes it.
  let plain: [UInt8]
  /// By UDP an answer has 512 octets at most, unless the question says that more are taken.
  let extended: [UInt8]

  /// An OPT record (RFC 6891 §6.1.2) that says how long a datagram may be: 1232 octets pass every network whole.
  private static let options: [UInt8] = [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]

  /// - Parameter isRecursive: whether the server is to find out what it doesn't know itself.
  init(_ question: Question, isRecursive: Bool) throws {
    var state = CResolv_state()
    state.options = isRecursive ? UInt(RES_RECURSE) : 0
    var bytes = [UInt8](repeating: 0, count: Int(NS_PACKETSZ))
    let count = CResolv_make_query(
      &state, question.name.text, Int32(question.type.rawValue), &bytes, Int32(bytes.count))
    guard count >= NS_HFIXEDSZ else { throw Failure(.bug, "no DNS question can be made for \(question.name)") }
    // The library's own number comes from the clock; who guesses it could answer in a server's place (RFC 5452 §4.3).
    id = .random(in: 0...UInt16.max)
    ns_put16(UInt32(id), &bytes)
    self.question = question
    plain = Array(bytes[..<Int(count)])
    // The last octet of the header counts the records after the answer's.
    bytes[Int(NS_HFIXEDSZ) - 1] = 1
    extended = bytes[..<Int(count)] + Self.options
  }
}
