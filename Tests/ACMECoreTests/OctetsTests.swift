import Testing

@testable import ACMECore

@Suite struct OctetsTests {
  @Test(arguments: [
    [], Array("site.key".utf8), [0x63, 0x61, 0x66, 0xE9], Array("café".utf8), Array("cafe\u{301}".utf8),
    [0x80, 0xFF, 0xC0],
    // Half a code point, one too long, a surrogate, and one past the last.
    [0xE2, 0x82], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    // What stands for a stray octet, when somebody gives it.
    Array("\u{10FEE9}".utf8), Array("a\u{10FE80}b".utf8) + [0xE9],
  ])
  func `any octets go through a String and come back`(_ octets: [UInt8]) {
    #expect(Octets(carried: Octets(octets).carried).bytes == octets)
  }

  @Test func `octets that are no UTF-8 are shown as bash has them`() {
    let octets = Octets([0x63, 0xE9, 0x0A, 0xC3, 0xA9])
    #expect(octets.description == "c\\xE9\né")
    #expect(octets.carried.shown() == "c\\xE9 é")
    #expect(Octets("plain").description == "plain")
  }

  @Test func `names that look alike are not the same`() {
    #expect(Octets("é") != Octets("e\u{301}"))
  }
}

@Suite struct EnvironmentTests {
  private let environment = Environment(
    ["A=1", "A=2", "EMPTY=", "no value", "AB=3", "=C:=x"].map { Octets($0) } + [Octets([0x42, 0x3D, 0xE9])])

  @Test func `the first of a name counts, as for getenv, and an empty one is unset`() {
    #expect(environment["A"] == Octets("1"))
    #expect(environment["EMPTY"] == nil)
    #expect(environment["no value"] == nil)
    #expect(environment["B"]?.bytes == [0xE9])
  }

  @Test func `what is replaced goes everywhere, and the rest stays octet for octet`() {
    let kept = ["no value", "AB=3", "=C:=x"].map { Octets($0) } + [Octets([0x42, 0x3D, 0xE9])]
    #expect(environment.replacing(["A"], with: ["EMPTY": Octets("x")]).entries == kept + [Octets("EMPTY=x")])
  }
}
