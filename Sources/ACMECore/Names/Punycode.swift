/// Punycode, the ASCII form of Unicode text that an A-label carries after its `xn--` (RFC 3492).
package enum Punycode {
  /// Neither direction takes more code points or octets than this: both need time in the square of
  /// the length, and a whole DNS name is shorter.
  static let maxLength = 255

  // The parameters of RFC 3492 §5.
  private static let base = 36
  private static let tMin = 1
  private static let tMax = 26
  private static let skew = 38
  private static let damp = 700
  private static let initialBias = 72
  private static let initialN = 0x80

  /// Decoding refuses larger numbers (RFC 3492 §6.4). Every code point at every place of a
  /// text of `maxLength` stays below.
  private static let maxNumber = Int(Int32.max)

  /// The Punycode of a text, or nil where the text is longer than `maxLength` (RFC 3492 §6.3).
  package static func encode(_ scalars: [Unicode.Scalar]) -> String? {
    guard scalars.count <= maxLength else { return nil }
    var output = String.UnicodeScalarView(scalars.lazy.filter(\.isASCII))
    let basicCount = output.count
    if basicCount > 0 { output.append("-") }

    var handled = basicCount
    var n = initialN
    var delta = 0
    var bias = initialBias
    while let next = scalars.lazy.map({ Int($0.value) }).filter({ $0 >= n }).min() {
      delta += (next - n) * (handled + 1)
      n = next
      for scalar in scalars {
        if scalar.value < n { delta += 1 }
        if scalar.value != n { continue }
        appendNumber(delta, bias: bias, to: &output)
        bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return String(output)
  }

  /// The text that a Punycode string stands for, or nil where it stands for none (RFC 3492 §6.2). Several
  /// strings can stand for one text: a caller who must know encodes the result again and compares.
  package static func decode(_ text: some StringProtocol) -> [Unicode.Scalar]? {
    let input = Array(text.utf8.prefix(maxLength + 1))
    guard input.count <= maxLength, input.allSatisfy({ $0 < 0x80 }) else { return nil }
    let basicCount = input.lastIndex(of: UInt8(ascii: "-")) ?? 0
    var output = input[..<basicCount].map { Unicode.Scalar($0) }
    // A hyphen in the first place follows no basic code points, so it is no delimiter.
    var rest = input[(basicCount > 0 ? basicCount + 1 : 0)...]

    var n = initialN
    var i = 0
    var bias = initialBias
    while !rest.isEmpty {
      guard let delta = takeNumber(from: &rest, bias: bias, limit: maxNumber - i) else { return nil }
      let count = output.count + 1
      bias = adapted(delta, count: count, isFirst: i == 0)
      i += delta
      n += i / count
      i %= count
      guard n <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(n)) else { return nil }
      output.insert(scalar, at: i)
      i += 1
    }
    return output
  }

  /// Writes a generalised variable-length integer (RFC 3492 §3.3).
  private static func appendNumber(
    _ number: Int, bias: Int, to output: inout String.UnicodeScalarView
  ) {
    var quotient = number
    for k in stride(from: base, through: Int.max, by: base) {
      let threshold = threshold(k, bias: bias)
      if quotient < threshold { break }
      output.append(digit(threshold + (quotient - threshold) % (base - threshold)))
      quotient = (quotient - threshold) / (base - threshold)
    }
    output.append(digit(quotient))
  }

  /// Reads a generalised variable-length integer and drops it from `input`; nil where a digit is
  /// wrong or missing, or the number is above `limit`.
  private static func takeNumber(from input: inout ArraySlice<UInt8>, bias: Int, limit: Int) -> Int? {
    var number = 0
    var weight = 1
    for k in stride(from: base, through: Int.max, by: base) {
      guard let octet = input.popFirst(), let digit = value(ofDigit: octet) else { return nil }
      guard digit <= (limit - number) / weight else { return nil }
      number += digit * weight
      let threshold = threshold(k, bias: bias)
      if digit < threshold { return number }
      guard weight <= maxNumber / (base - threshold) else { return nil }
      weight *= base - threshold
    }
    return nil
  }

  private static func threshold(_ k: Int, bias: Int) -> Int {
    min(max(k - bias, tMin), tMax)
  }

  /// The bias for the next number (RFC 3492 §6.1).
  private static func adapted(_ number: Int, count: Int, isFirst: Bool) -> Int {
    var delta = number / (isFirst ? damp : 2)
    delta += delta / count
    var k = 0
    while delta > (base - tMin) * tMax / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + skew)
  }

  /// 0 to 25 are letters, 26 to 35 decimal digits.
  private static func digit(_ value: Int) -> Unicode.Scalar {
    Unicode.Scalar(UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30))
  }

  private static func value(ofDigit octet: UInt8) -> Int? {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(octet - UInt8(ascii: "a"))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(octet - UInt8(ascii: "A"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(octet - UInt8(ascii: "0")) + 26
    default: nil
    }
  }
}
