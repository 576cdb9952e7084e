import Testing

@testable import ACMETool

@Suite struct LessonTests {
  @Test func `words are wrapped, and items hang`() {
    let lesson = Lesson("one two three", [.text("four five six"), .item("name", "seven eight")])
    #expect(
      lesson.lines(width: 12) == [
        "one two", "  three", "  four five", "  six", "  - name:", "    seven", "    eight",
      ])
  }

  @Test func `what is too long for a line stays on it, and a command is never parted`() {
    let lesson = Lesson("a", [.text("b https://ca.example/order/1 c"), .command("printf %s a | openssl dgst -sha256")])
    #expect(
      lesson.lines(width: 12) == [
        "a", "  b https://ca.example/order/1", "  c", "  $ printf %s a | openssl dgst -sha256",
      ])
  }

  @Test func `foreign text steers no terminal`() {
    #expect(Lesson("a\u{1B}[31mb", [.text("c\nd")]).lines(width: 40) == ["a\\u{1b}[31mb", "  c d"])
  }

  @Test(arguments: [
    ("plain-1.pem", "plain-1.pem"), ("it's", "'it'\\''s'"), ("a b", "'a b'"), ("$(x)", "'$(x)'"), ("", "''"),
    ("ü", "'ü'"), ("'", "''\\'''"),
  ])
  func `a word reaches a command as it is`(_ word: String, _ quoted: String) {
    #expect(Shell.quoted(word) == quoted)
  }
}
