import Testing

@testable import ACMECore

/// Labels as a person types them. The tables were compared with the `idna` package of Python (3.20), which
/// follows IDNA2008 too.
@Suite struct IDNATests {
  @Test(arguments: [
    ("bücher", "xn--bcher-kva"),
    ("faß", "xn--fa-hia"),
    ("straße", "xn--strae-oqa"),
    ("mañana", "xn--maana-pta"),
    ("smörgåsbord", "xn--smrgsbord-82a8p"),
    ("œuvre", "xn--uvre-f4a"),
    ("łódź", "xn--d-uga0v4h"),
    ("žluťoučký", "xn--luouk-uva4it5a4g"),
    ("þing", "xn--ing-ooa"),
    ("naïve-café", "xn--nave-caf-i1a7c"),
    ("πράσινο", "xn--hxa0amibgp"),
    ("βόλος", "xn--nxasmm1c"),
    ("βόλοσ", "xn--nxasmq6b"),
    ("москва", "xn--80adxhks"),
    ("їжак", "xn--80aln7i"),
    ("ґанок", "xn--80auie62b"),
    ("қазақстан", "xn--80aaa0a6awh12ed"),
    ("\u{570}\u{561}\u{575}\u{565}\u{580}\u{565}\u{576}", "xn--y9aia5b0ai2e"),
    ("\u{10E5}\u{10D0}\u{10E0}\u{10D7}\u{10E3}\u{10DA}\u{10D8}", "xn--lododh2atk"),
    ("\u{12D0}\u{121B}\u{122D}\u{129B}", "xn--1xd0bww3g"),
    ("日本語", "xn--wgv71a119e"),
    ("東京", "xn--1lqs71d"),
    ("\u{4EBA}\u{3005}", "xn--u6j473g"),
    ("\u{3007}\u{4E00}", "xn--w6j351g"),
    ("にほんご", "xn--38j2b6b6e"),
    ("サーバー", "xn--vckucxgb"),
    ("ファッション・ショー", "xn--bck1ba0c2e5eb8g6cm"),
    ("한국어", "xn--3e0bk47br7k"),
    ("中文网", "xn--fiq228c5hs"),
    ("臺灣", "xn--nnx388a"),
    ("\u{E44}\u{E17}\u{E22}", "xn--o3cw4h"),
    ("\u{EA5}\u{EB2}\u{EA7}", "xn--q7ce6a"),
    ("\u{1781}\u{17D2}\u{1798}\u{17C2}\u{179A}", "xn--j2e0cg3n2c"),
    ("\u{1019}\u{103C}\u{1014}\u{103A}\u{1019}\u{102C}", "xn--7idjb0f4ck"),
    ("\u{DC3}\u{DD2}\u{D82}\u{DC4}\u{DBD}", "xn--fzc2jqaf2e"),
    ("\u{BA4}\u{BAE}\u{BBF}\u{BB4}\u{BCD}", "xn--rlcus7b3d"),
    ("\u{C24}\u{C46}\u{C32}\u{C41}\u{C17}\u{C41}", "xn--1ocz5b4cb0a"),
    ("\u{C95}\u{CA8}\u{CCD}\u{CA8}\u{CA1}", "xn--nscyua8p"),
    ("\u{D2E}\u{D32}\u{D2F}\u{D3E}\u{D33}\u{D02}", "xn--rvc1gdlg9d"),
    ("\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}", "xn--j2bd4cyah0f"),
    ("\u{9AC}\u{9BE}\u{982}\u{9B2}\u{9BE}", "xn--54b7fta0cc"),
    ("\u{A2A}\u{A70}\u{A1C}\u{A3E}\u{A2C}\u{A40}", "xn--k9b1ah5el8z"),
    ("\u{A97}\u{AC1}\u{A9C}\u{AB0}\u{ABE}\u{AA4}\u{AC0}", "xn--2dcky1czdnc"),
    ("\u{B13}\u{B21}\u{B3C}\u{B3F}\u{B06}", "xn--8gcz5b7fpa"),
    ("\u{F56}\u{F7C}\u{F51}\u{F0B}\u{F61}\u{F72}\u{F42}", "xn--nbd4itbt1dwfyc"),
    ("монгол", "xn--c1aqbeec"),
    ("\u{182E}\u{1823}\u{1829}\u{182D}\u{1823}\u{182F}", "xn--56earqck"),
    ("\u{13E3}\u{13B3}\u{13A9}", "xn--f9dt7l"),
    ("\u{2D30}\u{2D4E}\u{2D30}\u{2D63}\u{2D49}\u{2D56}", "xn--4lja9esa6b8d"),
    ("\u{A997}\u{A9AE}", "xn--1l9atb"),
    ("\u{5E9}\u{5DC}\u{5D5}\u{5DD}", "xn--9dbne9b"),
    ("\u{5E2}\u{5D1}\u{5E8}\u{5D9}\u{5EA}", "xn--5dbqzzl"),
    ("\u{5D2}\u{5F3}\u{5D9}\u{5E8}\u{5E3}", "xn--6dbo4at7c"),
    ("\u{5D0}\u{5D1}\u{5F4}\u{5D2}", "xn--4dbcd9k"),
    ("\u{627}\u{644}\u{639}\u{631}\u{628}\u{64A}\u{629}", "xn--mgbcd4a2b0d2b"),
    ("\u{645}\u{635}\u{631}", "xn--wgbh1c"),
    ("\u{633}\u{648}\u{631}\u{64A}\u{629}", "xn--ogbpf8fl"),
    ("\u{67E}\u{627}\u{6A9}\u{633}\u{62A}\u{627}\u{646}", "xn--mgbai9azgqp6j"),
    ("\u{627}\u{6CC}\u{631}\u{627}\u{646}", "xn--mgba3a4f16a"),
    ("\u{646}\u{627}\u{645}\u{647}\u{6F1}\u{6F2}", "xn--mgb4dbg46fga"),
    ("\u{646}\u{627}\u{645}\u{647}\u{664}\u{665}", "xn--mgb4dbg9lg"),
    ("\u{723}\u{718}\u{72A}\u{71D}\u{71D}\u{710}", "xn--9mbppa1a7b"),
    ("\u{78B}\u{7A8}\u{788}\u{7AC}\u{780}\u{7A8}", "xn--hqbpi0jcw"),
    ("\u{7D2}\u{7DE}\u{7CF}", "xn--qsbf0b"),
    ("\u{1E922}\u{1E923}\u{1E924}\u{1E922}\u{1E925}", "xn--9d6haceg"),
    ("\u{5D0}1", "xn--1-zhc"),
    ("\u{5D0}-1", "xn---1-uld"),
    ("\u{5D0}-\u{628}", "xn----zhc9x"),
    ("l·l", "xn--ll-0ea"),
    ("col·legi", "xn--collegi-xma"),
    ("͵α", "xn--wva4j"),
    ("ー", "xn--wek"),
    ("\u{3005}", "xn--u6j"),
    ("\u{915}\u{94D}\u{200D}\u{937}", "xn--11b2ezcw70k"),
    ("\u{915}\u{94D}\u{200C}\u{937}", "xn--11b2ezcs70k"),
    ("é", "xn--9ca"),
    ("\u{E0}\u{316}", "xn--0ca64i"),
    ("\u{1EF1}", "xn--xmg"),
    ("\u{1EC7}", "xn--qlg"),
    ("\u{A64B}", "xn--xw8a"),
    ("\u{2BC}n", "xn--n-y6a"),
    ("\u{2C8}a", "xn--a-n7a"),
    ("ӏ", "xn--s5a"),
    ("ä", "xn--4ca"),
    ("ö", "xn--nda"),
    ("ä--ö", "xn-----uia8e"),
    ("ά", "xn--hxa"),
    ("\u{20000}\u{2A6DF}", "xn--j50i438x"),
    ("\u{5D0}\u{300}", "xn--ksa35l"),
    ("\u{5D0}\u{5B0}", "xn--7cb7d"),
  ])
  func `a U-label has one A-label, and each gives the other`(label: String, expected: String) throws {
    let typed = try IDNA.label(typed: label.unicodeScalars)
    #expect(typed.ascii == expected)
    let back = try IDNA.label(typed: expected.unicodeScalars)
    #expect(back.ascii == expected)
    #expect(back.scalars == Array(label.unicodeScalars))
  }

  @Test(arguments: [
    "ǆ", "ŉ", "a・b", "\u{5F3}\u{5D2}", "\u{661}\u{662}\u{663}", "\u{627}\u{661}\u{6F2}", "\u{5D0}a",
    "a\u{5D0}", "1\u{5D0}", "\u{5D0}\u{5D1}\u{200E}", "·l", "l·", "a·b", "͵αβ͵", "α͵", "a͵", "\u{2603}",
    "\u{2665}", "\u{1F600}", "a\u{1F600}", "½", "\u{2460}", "\u{2177}", "\u{FB01}", "\u{FF71}", "\u{FF41}",
    "\u{FF11}", "ー・", "\u{915}\u{200D}", "a\u{200D}b", "\u{200C}", "\u{93C}\u{915}", "\u{301}a", "\u{A7F9}",
    "\u{207F}", "ª", "º", "µ", "ſ", "\u{600}", "\u{640}\u{627}", "\u{66B}", "\u{6D4}", "\u{60C}\u{627}",
    "\u{FDFA}", "\u{FEFB}", "\u{61C}", "ä_ö", "ä/ö", "äö--x", "-ä", "ä-", "äx--", "xn--ä", "ä ö",
    "\u{640}\u{628}", "\u{302E}", "\u{303B}\u{3042}", "\u{2060}a\u{E4}", "\u{FE0F}\u{E4}", "\u{345}\u{3B1}",
    "\u{1F468}\u{200D}\u{1F469}", "\u{E0001}\u{E4}", "\u{E000}\u{E4}", "\u{378}ä",
    "\u{FF41}\u{FF42}", "\u{5B0}\u{5D0}", "\u{E33}", "\u{F77}", "\u{AD}ä", "\u{1D165}a",
  ])
  func `what is no U-label is refused, but its A-label is taken as it is`(label: String) throws {
    #expect(throws: NameError.self) { try DomainName(typed: label) }
    let encoded = try #require(Punycode.encode(Array(label.unicodeScalars)))
    let name = "xn--" + encoded
    #expect((try? DomainName(typed: name)) == (try? DomainName(wire: name)))
  }

  @Test(arguments: ["xn--zn8h", "xn--ls8h", "xn--wca", "xn--u-ccb", "xn--62g", "xn--a-ecp", "xn--4db.1a"])
  func `a well-formed A-label is taken, whatever it stands for`(label: String) throws {
    #expect(try DomainName(typed: label).text == label)
    #expect(try DomainName(wire: label).text == label)
  }

  @Test(arguments: [
    ("BÜCHER", "xn--bcher-kva"), ("Straße", "xn--strae-oqa"), ("STRAẞE", "xn--strae-oqa"),
    ("МОСКВА", "xn--80adxhks"), ("ΣΊΣΥΦΟς", "xn--kxa6ajbbmh"), ("\u{10A0}", "xn--rkj"),
    ("\u{1C90}", "xn--lod"), ("\u{212B}", "xn--5ca"), ("\u{212A}a", "ka"),
  ])
  func `upper case is lowered`(label: String, expected: String) throws {
    #expect(try IDNA.label(typed: label.unicodeScalars).ascii == expected)
  }

  @Test(
    arguments: ["\u{130}stanbul", "\u{392}\u{39F}\u{39B}\u{39F}\u{3A3}", "\u{3A3}-\u{3B1}", "\u{3A3}1"]
  )
  func `a capital that could be two letters has to be typed in lower case`(label: String) {
    #expect { try DomainName(typed: label) } throws: { error in
      (error as? NameError)?.reason.contains("two lower-case forms") == true
    }
  }

  /// Cherokee is the one script whose capitals are the letters that IDNA2008 allows.
  @Test func `capital Cherokee letters stay`() throws {
    #expect(try DomainName(typed: "\u{13E3}\u{13B3}\u{13A9}").text == "xn--f9dt7l")
    #expect(throws: NameError.self) { try DomainName(typed: "\u{ABB3}\u{AB83}\u{AB79}") }
  }

  @Test(arguments: [
    ("bu\u{308}cher", "xn--bcher-kva"), ("A\u{30A}", "xn--5ca"), ("\u{1112}\u{1161}\u{11AB}", "xn--6q8b"),
    ("a\u{301}\u{316}", "xn--1ca44i"), ("a\u{316}\u{301}", "xn--1ca44i"), ("\u{F900}", "xn--oh3a"),
    ("u\u{31B}\u{323}", "xn--xmg"), ("\u{958}", "xn--11b2f"),
  ])
  func `decomposed text is composed`(label: String, expected: String) throws {
    #expect(try IDNA.label(typed: label.unicodeScalars).ascii == expected)
  }

  @Test(arguments: [
    // A control character.
    "xn--a",
    // Not what encoding gives: nothing, nothing but ASCII, a hyphen that isn't needed.
    "xn--", "xn---", "xn--abc-", "xn--a-", "xn---bbk",
    // Not Punycode: a number that goes on, numbers that are too large, a surrogate.
    "xn--b", "xn--99999999999", "xn--0000h", "xn--ib9b",
  ])
  func `an A-label that does not stand for its own U-label is refused`(label: String) {
    #expect(throws: NameError.self) { try DomainName(typed: label) }
  }

  /// RFC 5892 appendix A.1: between letters that would join, marks passed over, or after a virama.
  @Test(arguments: [
    ("\u{646}\u{627}\u{645}\u{647}\u{200C}\u{627}\u{6CC}", "xn--mgba3gch31f060k"),
    ("\u{628}\u{64E}\u{200C}\u{64E}\u{627}", nil),
    ("\u{915}\u{94D}\u{200C}\u{937}", "xn--11b2ezcs70k"),
    ("\u{1820}\u{200C}\u{1820}", nil), ("\u{A872}\u{200C}\u{A840}", nil),
  ])
  func `the non-joiner parts letters that would join`(label: String, expected: String?) throws {
    let name = try DomainName(typed: label)
    if let expected { #expect(name.text == expected) }
    #expect(try DomainName(typed: name.text) == name)
  }

  @Test(arguments: [
    "\u{627}\u{200C}\u{628}", "\u{628}\u{200C}", "\u{200C}\u{628}", "\u{628}\u{200C}\u{200C}\u{627}",
    "\u{628}\u{200D}\u{628}", "\u{628}\u{200C}\u{621}", "\u{915}\u{200C}\u{937}", "\u{5D0}\u{200C}\u{5D0}",
  ])
  func `no joiner is allowed where nothing would join`(label: String) {
    #expect { try DomainName(typed: label) } throws: { error in
      (error as? NameError)?.reason.hasSuffix("is not allowed in this place") == true
    }
  }

  @Test(arguments: [
    // Labels of their own keep their own rule.
    "\u{5D0}.example", "example.\u{5D0}", "b\u{FC}cher.\u{5D0}", "\u{627}\u{661}.\u{5D0}1", "1a.\u{5D0}",
    "\u{5D0}.a1.example", "\u{D7C}\u{CBF}.\u{5D0}",
  ])
  func `a name may have labels of both directions`(name: String) {
    #expect(throws: Never.self) { try DomainName(typed: name) }
  }

  @Test(arguments: [
    "\u{5D0}.1a", "\u{5D0}.example.1a", "1\u{FC}.\u{5D0}", "\u{5D0}.\u{30FC}",
    // Marks of other scripts: most have the class that is allowed, but not all.
    "\u{5D0}\u{94D}", "\u{627}\u{CBF}\u{627}", "\u{5D0}\u{2C6}\u{5D0}",
  ])
  func `labels whose order on the screen would be unclear are refused`(name: String) {
    #expect(throws: NameError.self) { try DomainName(typed: name) }
  }

  @Test func `code points that Unicode has not assigned are refused`() {
    #expect(throws: NameError(reason: "character U+0378 is not allowed")) {
      try DomainName(typed: "\u{378}")
    }
  }

  @Test func `a code point that is allowed as it is, is allowed as an A-label`() {
    let different = (UInt32(0x80)...0x33FF).filter { value in
      guard let scalar = Unicode.Scalar(value), let name = try? DomainName(typed: String(scalar)) else {
        return false
      }
      return name.text.hasPrefix("xn--") && (try? DomainName(typed: name.text)) != name
    }
    #expect(different.isEmpty)
  }
}
