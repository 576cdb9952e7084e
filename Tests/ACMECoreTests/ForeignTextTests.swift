import Testing

@testable import ACMECore

@Suite struct ForeignTextTests {
  @Test(arguments: [
    ("plain é 日本 😀", "plain é 日本 😀"),
    ("two\nlines\tand\r", "two lines and "),
    ("\u{1B}[31mred", "\\u{1b}[31mred"),
    ("\u{9B}31m", "\\u{9b}31m"),
    ("a\u{202E}b\u{2066}c\u{200F}", "a\\u{202e}b\\u{2066}c\\u{200f}"),
    ("\u{0}\u{7F}\u{2028}", "\\u{0}\\u{7f}\\u{2028}"),
  ])
  func `nothing reaches the terminal that steers it`(_ text: String, _ shown: String) {
    #expect(text.shown() == shown)
  }

  @Test func `long text is cut`() {
    #expect(String(repeating: "x", count: 5000).shown(limit: 10) == "xxxxxxxxxx …")
    #expect("xxxxxxxxxx".shown(limit: 10) == "xxxxxxxxxx")
  }
}
