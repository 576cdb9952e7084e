import Testing

@testable import ACMECore

@Suite struct PEMTextTests {
  private func parse(_ text: String) throws(Malformed) -> PEMText { try PEMText(Array(text.utf8)) }

  @Test func `blocks are found between boundary lines`() throws {
    let text = try parse("-----BEGIN A-----\nAAAA\n-----END A-----\n\n-----BEGIN B C-----\r\n-----END B C-----")
    #expect(text.blocks.map(\.label) == ["A", "B C"])
    #expect(String(decoding: text.blocks[0].text, as: UTF8.self) == "-----BEGIN A-----\nAAAA\n-----END A-----\n")
    #expect(try parse("hello\n-----BEGIN A-----\n-----END A-----\n").blocks.map(\.label) == ["A"])
    #expect(try parse("").blocks.isEmpty)
  }

  @Test(arguments: [
    "-----BEGIN A-----\nAAAA\n", "-----BEGIN A-----\n-----END B-----\n",
    "-----BEGIN A-----\n-----BEGIN B-----\n-----END B-----\n",
    "x -----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n",
    "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n", "\t-----BEGIN A-----\n-----END A-----\n",
    "-----BEGIN A\nAA\n-----END A-----\n",
  ])
  func `what could be read in two ways is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try parse(text) }
  }
}
