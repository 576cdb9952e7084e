/// A moment in UTC, in whole seconds since 1970.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let seconds: Int64

  package init(seconds: Int64) { self.seconds = seconds }

  /// Reads RFC 3339 §5.6, fractions of a second (cut off) and offsets too.
  ///
  /// Throws `Malformed` also for a time that is in another year than 0 to 9999 in UTC: it couldn't be written again.
  package init(_ text: String) throws(Malformed) {
    guard let seconds = Self.parse(Array(text.utf8)), (Self.earliest...Self.latest).contains(seconds) else {
      throw Malformed("not an RFC 3339 time")
    }
    self.seconds = seconds
  }

  /// `2026-01-31T23:59:59Z`.
  package var description: String {
    let (days, second) = seconds.flooredDivision(by: 86400)
    let (year, month, day) = Self.date(ofDay: days)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let digits = String(year)
    let paddedYear = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(paddedYear)-\(two(month))-\(two(day))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
  }

  package static func < (one: Timestamp, other: Timestamp) -> Bool { one.seconds < other.seconds }

  package static func + (time: Timestamp, seconds: Int64) -> Timestamp {
    let (sum, overflow) = time.seconds.addingReportingOverflow(seconds)
    guard !overflow else { return Timestamp(seconds: seconds < 0 ? earliest : latest) }
    return Timestamp(seconds: min(max(sum, earliest), latest))
  }

  /// The beginning of the year 0 and the end of the year 9999, the first and the last that RFC 3339 can write.
  private static let earliest: Int64 = -62_167_219_200
  private static let latest: Int64 = 253_402_300_799

  private static func parse(_ text: [UInt8]) -> Int64? {
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= text.count, text[range].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      return text[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    func stands(_ characters: String, at index: Int) -> Bool {
      index < text.count && characters.utf8.contains(text[index])
    }
    guard let year = number(0..<4), stands("-", at: 4), let month = number(5..<7), stands("-", at: 7),
      let day = number(8..<10), stands("Tt ", at: 10), let hour = number(11..<13), stands(":", at: 13),
      let minute = number(14..<16), stands(":", at: 16), let second = number(17..<19),
      (1...12).contains(month), day >= 1, day <= daysIn(month, of: year), hour < 24, minute < 60, second <= 60
    else { return nil }
    var at = 19
    if stands(".", at: at) {
      let start = at + 1
      at = start
      while stands("0123456789", at: at) { at += 1 }
      guard at > start else { return nil }
    }
    let local = dayNumber(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if stands("Zz", at: at) { return at + 1 == text.count ? local : nil }
    guard stands("+-", at: at), let hours = number(at + 1..<at + 3), stands(":", at: at + 3),
      let minutes = number(at + 4..<at + 6), at + 6 == text.count, hours < 24, minutes < 60
    else { return nil }
    let offset = hours * 3600 + minutes * 60
    return text[at] == UInt8(ascii: "-") ? local + offset : local - offset
  }

  private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return switch month {
    case 2: leap ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Days are counted in years that begin in March, so that the leap day comes last, and in cycles of 400 years,
  // which all have 146097 days.

  private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let (cycle, yearOfCycle) = (month > 2 ? year : year - 1).flooredDivision(by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
  }

  private static func date(ofDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (cycle, dayOfCycle) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
