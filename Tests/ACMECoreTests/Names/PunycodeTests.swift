import Testing

@testable import ACMECore

@Suite struct PunycodeTests {
  /// RFC 3492 §7.1. The capital in the Russian one marks the case of a letter, which we neither read nor write.
  static let samples: [(text: String, punycode: String)] = [
    (
      "\u{644}\u{64A}\u{647}\u{645}\u{627}\u{628}\u{62A}\u{643}\u{644}"
        + "\u{645}\u{648}\u{634}\u{639}\u{631}\u{628}\u{64A}\u{61F}",
      "egbpdaj6bu4bxfgehfvwxn"
    ),
    ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
    ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"),
    ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"),
    (
      "\u{5DC}\u{5DE}\u{5D4}\u{5D4}\u{5DD}\u{5E4}\u{5E9}\u{5D5}\u{5D8}\u{5DC}\u{5D0}"
        + "\u{5DE}\u{5D3}\u{5D1}\u{5E8}\u{5D9}\u{5DD}\u{5E2}\u{5D1}\u{5E8}\u{5D9}\u{5EA}",
      "4dbcagdahymbxekheh6e0a7fei0b"
    ),
    ("यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"),
    ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
    (
      "세계의모든사람들이한국어를이해한다면얼마나좋을까",
      "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c"
    ),
    ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbaDotcwatmq2g4l"),
    ("PorquénopuedensimplementehablarenEspañol", "PorqunopuedensimplementehablarenEspaol-fmd56a"),
    ("TạisaohọkhôngthểchỉnóitiếngViệt", "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g"),
    ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"),
    ("安室奈美恵-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n"),
    ("Hello-Another-Way-それぞれの場所", "Hello-Another-Way--fc4qua05auwb3674vfr0b"),
    ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
    ("MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e"),
    ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
    ("そのスピードで", "d9juau41awczczp"),
    ("-> $1.00 <-", "-> $1.00 <--"),
  ]

  @Test(arguments: samples)
  func `every sample of the RFC is encoded and decoded`(text: String, punycode: String) throws {
    let scalars = Array(text.unicodeScalars)
    let encoded = try #require(Punycode.encode(scalars))
    #expect(encoded.lowercased() == punycode.lowercased())
    #expect(Punycode.decode(punycode) == scalars)
  }

  @Test(arguments: [
    ("", ""), ("a", "a-"), ("-", "--"), ("ü", "tda"), ("\u{10FFFF}", "dn32g"), ("üü", "tdaa"),
  ])
  func `the edges are encoded and decoded`(text: String, punycode: String) {
    #expect(Punycode.encode(Array(text.unicodeScalars)) == punycode)
    #expect(Punycode.decode(punycode) == Array(text.unicodeScalars))
  }

  @Test func `digits may be upper case`() {
    #expect(Punycode.decode("KVA") == Punycode.decode("kva"))
  }

  @Test(arguments: [
    // A number that goes on, what is no digit, a delimiter after nothing.
    "b", "a-9", "tda!", "tdä", "-tda",
    // Numbers that are too large, a code point above the last, a surrogate.
    "99999999999999999999", "zzzzzzzzzz0", "0000h", "en32g", "ib9b",
  ])
  func `what stands for no text is refused`(punycode: String) {
    #expect(Punycode.decode(punycode) == nil)
  }

  @Test func `texts longer than a name are refused`() {
    let longest = [Unicode.Scalar](repeating: "\u{10FFFF}", count: Punycode.maxLength)
    #expect(Punycode.encode(longest) != nil)
    #expect(Punycode.encode(longest + ["a"]) == nil)
    #expect(Punycode.decode(String(repeating: "a", count: Punycode.maxLength)) != nil)
    #expect(Punycode.decode(String(repeating: "a", count: Punycode.maxLength + 1)) == nil)
  }

  /// A fixed sequence, so that a failure comes again.
  @Test func `octets at random never crash the decoder, and what it reads it writes again`() {
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-".unicodeScalars)
    for _ in 0..<20_000 {
      let scalars = (0..<next(20)).map { _ in letters[next(letters.count)] }
      guard let decoded = Punycode.decode(String(String.UnicodeScalarView(scalars))) else { continue }
      let encoded = Punycode.encode(decoded)
      #expect(encoded.flatMap { Punycode.decode($0) } == decoded)
    }
  }
}
