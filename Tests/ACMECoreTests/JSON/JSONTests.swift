import Testing

@testable import ACMECore

@Suite struct JSONTests {
  private func written(_ text: String) throws -> String { try JSON(parsing: Array(text.utf8)).text }

  @Test(arguments: [
    (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#),
    (#"{"a":1,"a":2}"#, #"{"a":2}"#),
    (#"{"a":2,"b":0,"a":1}"#, #"{"a":1,"b":0}"#),
    (#" [ 1 , true , null , "x" ] "#, #"[1,true,null,"x"]"#),
    ("1E400", "1E400"),
    ("-0.10", "-0.10"),
    ("12345678901234567890123", "12345678901234567890123"),
    (#""a\/b""#, #""a/b""#),
    (#""\u00e9\ud83d\ude00""#, "\"é😀\""),
    (#""\ud800x""#, "\"\u{FFFD}x\""),
    (#""\u001b[31m""#, #""\u001b[31m""#),
    ("\"\u{9b}\u{202e}\"", #""\u009b\u202e""#),
    (#"{"Z":1,"a":2,"é":3,"😀":4,"ﬀ":5}"#, #"{"Z":1,"a":2,"é":3,"ﬀ":5,"😀":4}"#),
  ])
  func `a value is written sorted, on one line, its numbers as they were`(_ text: String, _ expected: String) throws {
    #expect(try written(text) == expected)
  }

  @Test func `names that differ in their bytes stay two names`() throws {
    let object = try JSONObject(parsing: Array("{\"e\u{301}\":1,\"é\":2}".utf8))
    #expect(object.members.count == 2)
    #expect(object["é"] == .number("2"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{,}", "tru", "nul", "01", "1.", "-", "1e", "+1", ".5", "\"a",
    "\"\\x\"", "\"\\u12\"", "\"\u{1}\"", "'a'", "{} {}", "1 2", "NaN", " \u{FEFF}{}", "\u{FEFF}\u{FEFF}{}", "[1 2]",
    "{\"a\":1 \"b\":2}",
  ])
  func `what is no JSON is refused`(_ text: String) {
    #expect(throws: Malformed.self) { try written(text) }
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    #expect(throws: Malformed.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: Malformed.self) { try JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `nesting has an end`(_ opening: String) {
    #expect(throws: Malformed.self) { try written(String(repeating: opening, count: 100_000)) }
  }

  @Test func `two documents are told apart from rubbish`() {
    #expect(throws: Malformed("there is more than one document")) { try written("{}\n{}") }
    #expect(throws: Malformed("there is text after the JSON value")) { try written("{}x") }
  }

  @Test func `members come and go in order`() {
    var object: JSONObject = ["b": .null]
    object["a"] = .bool(true)
    object["c"] = "x"
    object["b"] = nil
    object["z"] = nil
    #expect(object.text == #"{"a":true,"c":"x"}"#)
    object["a"] = .bool(false)
    #expect(object.text == #"{"a":false,"c":"x"}"#)
  }
}
