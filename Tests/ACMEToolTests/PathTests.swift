import ACMECore
import Testing

@testable import ACMETool

@Suite struct PathTests {
  @Test(arguments: [
    ("a", ".", "a"), ("/a", "/", "a"), ("b/a", "b", "a"), ("/b/a", "/b", "a"), ("b//a", "b/", "a"),
    // The slash and what follows it are one character of Swift's.
    ("b/\u{301}a", "b", "\u{301}a"), ("/\u{20D2}", "/", "\u{20D2}"),
  ])
  func `a path is parted at its last slash`(_ text: String, _ folder: String, _ name: String) throws {
    let path = try Path(argument: text)
    #expect(path.folder.octets == Octets(folder))
    #expect(path.lastComponent == Octets(name))
  }

  @Test func `nothing, and what holds a NUL, is no path`() {
    #expect(throws: (any Error).self) { try Path(argument: "") }
    #expect(Path(Octets([0x61, 0])) == nil)
  }
}
