import Testing

@testable import ACMEClient

@Suite struct MaskingTests {
  private func masked(_ text: String, _ word: String) -> String {
    String(decoding: Array(text.utf8).masking(Array(word.utf8), by: "*"), as: UTF8.self)
  }

  @Test(arguments: [
    ("", "ab", ""), ("ab", "ab", "*"), ("xaby", "ab", "x*y"), ("abab", "ab", "**"), ("aab", "ab", "a*"),
    ("aabaabaaab", "aabaaa", "aab*b"), ("aaaa", "aa", "**"), ("aaa", "aa", "*a"), ("a", "ab", "a"), ("ab", "", "ab"),
    ("abcabcabd", "abcabd", "abc*"),
  ])
  func `each of the words is masked, and nothing else`(_ text: String, _ word: String, _ expected: String) {
    #expect(masked(text, word) == expected)
  }

  @Test func `a text that is nearly the word all the time takes no more steps than another`() {
    let text = [UInt8](repeating: 0x61, count: 1 << 20)
    let word = [UInt8](repeating: 0x61, count: 1023) + [0x62]
    #expect(text.masking(word, by: "*") == text)
  }
}
