import Testing

@testable import ACMECore

@Suite struct DomainNameTests {
  static let label63 = String(repeating: "a", count: 63)
  /// Four labels of 63, 63, 63 and 61 with three dots: 253 octets.
  static let name253 = [label63, label63, label63, String(label63.dropLast(2))].joined(separator: ".")

  @Test(arguments: [
    ("example.org", "example.org"), ("Example.ORG.", "example.org"), ("localhost", "localhost"),
    ("a", "a"), ("3com.example", "3com.example"), ("1.2.3.4a", "1.2.3.4a"), ("a-b.c--d", "a-b.c--d"),
    ("www.Bücher.example", "www.xn--bcher-kva.example"), ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
    ("faß.de.", "xn--fa-hia.de"), (label63, label63), (name253, name253),
    (name253 + ".", name253),
  ])
  func `what a person types is read`(typed: String, expected: String) throws {
    let name = try DomainName(typed: typed)
    #expect(name.text == expected)
    #expect("\(name)" == expected)
    #expect(try DomainName(wire: expected) == name)
  }

  static let refusedEverywhere: [(text: String, reason: String)] = [
    ("", "label is empty"),
    (".example", "label is empty"),
    ("a..b", "label is empty"),
    ("*.example.org", "wildcard is not allowed here"),
    ("*", "wildcard is not allowed here"),
    ("a*.example.org", "character U+002A is not allowed"),
    ("_dmarc.example.org", "character U+005F is not allowed"),
    ("a b.example", "character U+0020 is not allowed"),
    ("a\u{0}b.example", "character U+0000 is not allowed"),
    ("a/../b.example", "character U+002F is not allowed"),
    ("user@example.org", "character U+0040 is not allowed"),
    ("example.org:443", "character U+003A is not allowed"),
    ("exam\nple.org", "character U+000A is not allowed"),
    ("\u{1F600}.example", "character U+1F600 is not allowed"),
    ("\u{202E}a.example", "character U+202E is not allowed"),
    ("-a.example", "label begins or ends with a hyphen"),
    ("a-.example", "label begins or ends with a hyphen"),
    ("ab--c.example", "label has hyphens in its third and fourth place and is no A-label"),
    ("xn--b.example", "label begins with xn-- and is no A-label"),
    ("192.0.2.1", "last label is a number, as in an IP address"),
    ("example.123", "last label is a number, as in an IP address"),
    ("1", "last label is a number, as in an IP address"),
    (label63 + "a.example", "label is longer than 63 octets"),
    (name253 + "a", "name is longer than 253 octets"),
  ]

  @Test(arguments: refusedEverywhere)
  func `what is no name is refused with a reason`(text: String, reason: String) {
    #expect(throws: NameError(reason: reason)) { try DomainName(typed: text) }
    #expect(throws: NameError(reason: reason)) { try DomainName(wire: text) }
  }

  @Test(arguments: [
    ("example.org..", "label is empty"),
    (".", "label is empty"),
    ("例え。。", "label is empty"),
    ("\u{301}a", "label begins with a combining mark"),
    (".\u{301}", "label is empty"),
    ("ab--ü", "label has hyphens in its third and fourth place and is no A-label"),
    ("xn--ü", "label has hyphens in its third and fourth place and is no A-label"),
    ("ü-", "label begins or ends with a hyphen"),
    (String(repeating: "ü", count: 60), "label is longer than 63 octets"),
    (String(repeating: "あい", count: 31), "label is longer than 63 octets"),
    (String(repeating: "u\u{308}", count: 127), "label is longer than 63 octets"),
    (String(repeating: "a.", count: 127) + "a", "name is longer than 253 octets"),
    (String(repeating: "あ.", count: 100) + "a", "name is longer than 253 octets"),
  ])
  func `what is no name by the rules for typed text is refused`(text: String, reason: String) {
    #expect(throws: NameError(reason: reason)) { try DomainName(typed: text) }
  }

  @Test func `a label may have 63 octets as an A-label`() throws {
    let typed = String(repeating: "ü", count: 57)
    let name = try DomainName(typed: typed)
    #expect(name.text.utf8.count == 63)
    #expect(throws: NameError.labelTooLong) { try DomainName(typed: typed + "ü") }
    // Decomposed, it is twice as long while it is read.
    #expect(try DomainName(typed: String(repeating: "u\u{308}", count: 57)) == name)
  }

  @Test(arguments: [
    ("Example.ORG", "example.org"), ("XN--BCHER-KVA.de", "xn--bcher-kva.de"),
    // Outside of IDNA2008, but registered and certified: an emoji.
    ("xn--ls8h.la", "xn--ls8h.la"),
  ])
  func `what a CA or a request holds is read`(wire: String, expected: String) throws {
    #expect(try DomainName(wire: wire).text == expected)
  }

  @Test(arguments: [
    ("example.org.", "name ends in a dot"), (".", "name ends in a dot"),
    ("bücher.example", "character U+00FC is not allowed"),
    ("\u{212A}a.example", "character U+212A is not allowed"),
    ("例え。テスト", "character U+4F8B is not allowed"),
    ("a.\u{301}", "character U+0301 is not allowed"),
    ("xn---bbk.example", "label begins with xn-- and is no A-label"),
    (String(repeating: "a.", count: 127), "name is longer than 253 octets"),
  ])
  func `only A-labels and other LDH labels are read from the wire`(wire: String, reason: String) {
    #expect(throws: NameError(reason: reason)) { try DomainName(wire: wire) }
  }

  @Test func `names are equal whatever way they came in`() throws {
    let names: Set = [
      try DomainName(typed: "BÜCHER.example."), try DomainName(typed: "xn--bcher-kva.example"),
      try DomainName(wire: "Xn--Bcher-KVA.Example"),
    ]
    #expect(names.count == 1)
  }

  @Test func `a text of any length is refused at once`() {
    let long = String(repeating: "u\u{308}.", count: 1_000_000)
    #expect(throws: NameError.nameTooLong) { try DomainName(typed: long) }
    #expect(throws: NameError.nameTooLong) { try DomainName(wire: long) }
  }
}
