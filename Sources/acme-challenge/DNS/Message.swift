import ACMECore
import CResolv

/// A DNS message from outside, taken apart by the system's resolver library (RFC 1035 §4).
struct Message {
  struct Record {
    let name: RecordName
    let type: RecordType
    let value: Value
  }

  enum Value {
    case text([UInt8])
    /// As it was sent, odd octets escaped.
    case name(String)
    case address(IPAddress)
    case octets([UInt8])
    case other
  }

  let id: UInt16
  let isResponse: Bool
  let isAuthoritative: Bool
  /// Then there are no records: any of them may be missing, or end too early (RFC 2181 §9).
  let isTruncated: Bool
  /// The RCODE, its upper bits by EDNS included.
  let code: Int
  /// Whether the sender knows EDNS (RFC 6891 §6.1.1).
  let hasOptions: Bool
  let questions: [Question]
  let answers: [Record]
  let authorities: [Record]

  /// nil where the library can't read it.
  init?(_ bytes: [UInt8]) {
    guard (Int(NS_HFIXEDSZ)...Int(NS_MAXMSG)).contains(bytes.count) else { return nil }
    let message = Self.withoutCutRecords(bytes).withUnsafeBufferPointer { Self.init($0) }
    guard let message else { return nil }
    self = message
  }

  private init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var parsed = ns_msg()
    guard ns_initparse(bytes.baseAddress, Int32(bytes.count), &parsed) == 0,
      let questions = Self.section(ns_s_qd, of: &parsed, bytes),
      let answers = Self.section(ns_s_an, of: &parsed, bytes),
      let authorities = Self.section(ns_s_ns, of: &parsed, bytes)
    else { return nil }
    let upperCode = Self.upperCode(&parsed)
    id = parsed._id
    isResponse = CResolv_flag(&parsed, ns_f_qr) == 1 && CResolv_flag(&parsed, ns_f_opcode) == ns_o_query.rawValue
    isAuthoritative = CResolv_flag(&parsed, ns_f_aa) == 1
    isTruncated = CResolv_flag(&parsed, ns_f_tc) == 1
    hasOptions = upperCode != nil
    code = (upperCode ?? 0) << 4 | Int(CResolv_flag(&parsed, ns_f_rcode))
    self.questions = questions.map { Question(name: $0.name, type: $0.type) }
    self.answers = answers
    self.authorities = authorities
  }

  /// Header and question alone of a message that is marked as truncated; any other as it is.
  private static func withoutCutRecords(_ bytes: [UInt8]) -> [UInt8] {
    let header = Int(NS_HFIXEDSZ)
    guard bytes[2] & 0x02 != 0, bytes[4] == 0, bytes[5] == 1 else { return bytes }
    let length = bytes.withUnsafeBufferPointer { bytes -> Int in
      guard let start = bytes.baseAddress else { return -1 }
      return Int(ns_skiprr(start + header, start + bytes.count, ns_s_qd, 1))
    }
    guard length > 0 else { return bytes }
    return bytes[..<6] + [0, 0, 0, 0, 0, 0] + bytes[header..<header + length]
  }

  /// What EDNS adds to the RCODE (RFC 6891 §6.1.3); nil for a message without it.
  private static func upperCode(_ message: inout ns_msg) -> Int? {
    for index in 0..<CResolv_count(&message, ns_s_ar) {
      var record = ns_rr()
      guard ns_parserr(&message, ns_s_ar, index, &record) == 0 else { return nil }
      if RecordType(record.type) == .opt { return Int(record.ttl >> 24) }
    }
    return nil
  }

  /// The records of the Internet's class, without those whose names no program could take.
  private static func section(
    _ section: ns_sect, of message: inout ns_msg, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> [Record]? {
    var records: [Record] = []
    for index in 0..<CResolv_count(&message, section) {
      var record = ns_rr()
      guard ns_parserr(&message, section, index, &record) == 0 else { return nil }
      guard UInt32(record.rr_class) == ns_c_in.rawValue,
        let name = try? RecordName(withUnsafePointer(to: record) { String(cString: CResolv_name($0)) })
      else { continue }
      let type = RecordType(record.type)
      // A question has no data.
      let value = section == ns_s_qd ? .other : Self.value(type, &record, bytes)
      if let value { records.append(Record(name: name, type: type, value: value)) }
    }
    return records
  }

  private static func value(
    _ type: RecordType, _ record: inout ns_rr, _ message: UnsafeBufferPointer<UInt8>
  ) -> Value? {
    let data = Array(UnsafeBufferPointer(start: record.rdata, count: Int(record.rdlength)))
    switch type {
    case .txt: return text(data).map(Value.text)
    case .caa: return .octets(data)
    case .a where data.count == 4, .aaaa where data.count == 16: return IPAddress(octets: data).map(Value.address)
    case .a, .aaaa: return nil
    case .cname, .ns:
      guard let start = message.baseAddress else { return nil }
      var name = [CChar](repeating: 0, count: Int(NS_MAXDNAME))
      guard ns_name_uncompress(start, start + message.count, record.rdata, &name, name.count) >= 0 else { return nil }
      return .name(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    default: return .other
    }
  }

  /// The strings of a TXT record, each with its length before it, in one (RFC 1035 §3.3.14, RFC 8555 §8.4).
  private static func text(_ data: [UInt8]) -> [UInt8]? {
    var text: [UInt8] = []
    var rest = data[...]
    while let length = rest.popFirst() {
      guard rest.count >= length else { return nil }
      text += rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
    }
    return text
  }
}
