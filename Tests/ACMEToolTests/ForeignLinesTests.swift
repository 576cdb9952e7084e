import Testing

@testable import ACMETool

@Suite struct ForeignLinesTests {
  private func lines(_ pieces: [String], limit: Int = 1 << 20) -> [String] {
    var lines = ForeignLines(limit: limit)
    return pieces.flatMap { lines.take(Array($0.utf8)) } + lines.end()
  }

  @Test(arguments: [
    ["one\ntwo\n"], ["one", "\ntwo\n"], ["o", "n", "e", "\n", "t", "wo\n"], ["one\ntwo"], ["", "one\n", "", "two"],
  ])
  func `lines are whole, however they come`(_ pieces: [String]) {
    #expect(lines(pieces) == ["one", "two"])
  }

  @Test func `empty lines are lines`() {
    #expect(lines(["\n\na\n"]) == ["", "", "a"])
  }

  @Test func `what is over the limit is dropped`() {
    #expect(lines(["abc", "def\n", "ghi"], limit: 5) == ["abcde"])
  }

  @Test func `many octets one by one, and many lines at once`() {
    #expect(lines(Array(repeating: "a", count: 100_000)) == [String(repeating: "a", count: 100_000)])
    #expect(lines([String(repeating: "\n", count: 200_000)]).count == 200_000)
  }
}
