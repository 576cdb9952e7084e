internal import COpenSSL

extension Timestamp {
  /// Reads a time of a certificate.
  init(_ time: UnsafePointer<ASN1_TIME>?) throws(Malformed) {
    guard let time, let start = ASN1_STRING_get0_data(time) else { throw Malformed("it holds no time") }
    let text = Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(time))))
    try self.init(certificateTime: text, isGeneralized: ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME)
  }

  /// Reads `YYMMDDHHMMSSZ`, or with `isGeneralized` `YYYYMMDDHHMMSSZ`: certificates have no other form (RFC 5280
  /// §4.1.2.5.1 and §4.1.2.5.2).
  init(certificateTime text: [UInt8], isGeneralized: Bool) throws(Malformed) {
    let unreadable = Malformed("a time in it can't be read")
    let digits = text.dropLast()
    guard digits.count == (isGeneralized ? 14 : 12), text.last == UInt8(ascii: "Z"),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { throw unreadable }
    // "Where YY is greater than or equal to 50, the year SHALL be interpreted as 19YY" (§4.1.2.5.1).
    let century = isGeneralized ? "" : text[0] >= UInt8(ascii: "5") ? "19" : "20"
    var pairs = (century + String(decoding: digits, as: UTF8.self))[...]
    func next(_ count: Int) -> Substring {
      defer { pairs = pairs.dropFirst(count) }
      return pairs.prefix(count)
    }
    let written = "\(next(4))-\(next(2))-\(next(2))T\(next(2)):\(next(2)):\(next(2))Z"
    do { try self.init(written) } catch { throw unreadable }
  }
}
