import Testing

@testable import ACMECore

/// Inputs of the kinds that Nicolas Seriot's JSONTestSuite sorts parsers by ("Parsing JSON is a Minefield").
@Suite struct JSONSuiteTests {
  /// y_: each of them is JSON (RFC 8259). And how it is written again.
  @Test(arguments: [
    // arrays
    ("[]", "[]"), ("[[]]", "[[]]"), ("[ ]", "[]"), ("[\"\"]", "[\"\"]"), ("[null, 1, \"1\", {}]", "[null,1,\"1\",{}]"),
    ("[1\n]", "[1]"), (" [1]", "[1]"), ("[2] ", "[2]"), ("[1,null,null,null,2]", "[1,null,null,null,2]"),
    ("\t\r\n[\t1\r,\n2 ]", "[1,2]"), ("[[[[[]]],[]]]", "[[[[[]]],[]]]"),
    // numbers
    ("[123e65]", "[123e65]"), ("[0e+1]", "[0e+1]"), ("[0e1]", "[0e1]"), ("[-0]", "[-0]"), ("[20e1]", "[20e1]"),
    ("[-123]", "[-123]"), ("[1E22]", "[1E22]"), ("[1E-2]", "[1E-2]"), ("[1E+2]", "[1E+2]"),
    ("[123.456e78]", "[123.456e78]"),
    (
      "[-0.0000000000000000000000000000000000000000000000000000000000000000000000001]",
      "[-0.0000000000000000000000000000000000000000000000000000000000000000000000001]"
    ),
    ("[1.5e+9999]", "[1.5e+9999]"), ("[100000000000000000000]", "[100000000000000000000]"), ("0", "0"),
    ("-1.0", "-1.0"),
    // objects
    ("{}", "{}"), ("{ }", "{}"), (#"{"a":"b","c":"d"}"#, #"{"a":"b","c":"d"}"#), (#"{"a":"b","a":"c"}"#, #"{"a":"c"}"#),
    (#"{"a":"b","a":"b"}"#, #"{"a":"b"}"#), (#"{"":0}"#, #"{"":0}"#), (#"{"a\u0000b": 1}"#, #"{"a\u0000b":1}"#),
    (#"{"min": -1.0e+28, "max": 1.0e+28}"#, #"{"max":1.0e+28,"min":-1.0e+28}"#), (#"{"a":[]}"#, #"{"a":[]}"#),
    ("{\n\"a\": \"b\"\n}", #"{"a":"b"}"#), (#"{"\u03a0":"\u043f"}"#, #"{"Π":"п"}"#),
    // strings
    (#"["\u0060\u012a\u12AB"]"#, #"["`Īካ"]"#), (#"["\ud801\udc37"]"#, #"["𐐷"]"#),
    (#"["\ud83d\ude39\ud83d\udc8d"]"#, #"["😹💍"]"#), (#"["\"\\\/\b\f\n\r\t"]"#, #"["\"\\/\u0008\u000c\n\r\t"]"#),
    (#"["\\u0000"]"#, #"["\\u0000"]"#), (#"["\""]"#, #"["\""]"#), ("[\"a/*b*/c\"]", "[\"a/*b*/c\"]"),
    (#"["\\a"]"#, #"["\\a"]"#), (#"["\u0012"]"#, #"["\u0012"]"#), (#"["\uFFFF"]"#, #"["\uffff"]"#),
    (#"["\uDBFF\uDFFE"]"#, #"["\udbff\udffe"]"#),
    (#"["\u0000"]"#, #"["\u0000"]"#), (#"["\u002c"]"#, "[\",\"]"), ("[\"π\"]", "[\"π\"]"), ("[\"asd \"]", "[\"asd \"]"),
    (#"["new\u00A0line"]"#, "[\"new\u{A0}line\"]"), ("[\"\u{2028}\"]", #"["\u2028"]"#),
    ("[\"\u{7F}\"]", #"["\u007f"]"#),
    ("[\"⍂㈴⍂\"]", "[\"⍂㈴⍂\"]"), ("\" \"", "\" \""), ("\"\"", "\"\""), ("\"asd\"", "\"asd\""),
    // alone
    ("false", "false"), ("42", "42"), ("-0.1", "-0.1"), ("null", "null"), ("true", "true"), ("\u{FEFF}{}", "{}"),
  ])
  func `what is JSON is taken, and written as the same value`(_ text: String, _ written: String) throws {
    let value = try JSON(parsing: Array(text.utf8))
    #expect(value.text == written)
    #expect(try JSON(parsing: Array(written.utf8)) == value)
  }

  /// n_: none of them is.
  @Test(arguments: [
    // arrays
    "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]", "[\"\",]", "[\"x\"", "[x", "[3[4]]",
    "[,]",
    "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[\"\u{0B}a\"\\f]", "[*]", "[\"\"", "[1,", "[1,\n1\n,1",
    "[{}", "[nul]",
    "[tru]", "[fals]", "]", "[", "[\"a", "[\"", "[[", "[]]", "[1]x",
    // numbers
    "[-01]", "[+1]", "[++1234]", "[+Inf]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]", "[0.3e+]",
    "[0.3e]", "[0.e1]",
    "[0E+]", "[0E]", "[0e+]", "[0e]", "[1.0e+]", "[1.0e-]", "[1.0e]", "[1 000.0]", "[1eE2]", "[2.e+3]", "[2.e3]",
    "[9.e+]", "[Inf]",
    "[NaN]", "[\u{FF11}]", "[1+2]", "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]", "[123", "[-Infinity]",
    "[-foo]",
    "[- 1]", "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1.]", "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]",
    "1 2", "00", "1e",
    // objects
    "[\"x\", truth]", "{[: \"x\"}\n", "{\"x\", null}", "{\"x\"::\"b\"}", "{🇨🇭}", "{\"a\":\"a\" 123}", "{key: 'value'}",
    "{\"a\" b}",
    "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}", "{9999E9999:1}", "{null:null,null:null}",
    "{\"id\":0,,,,,}", "{'a':0}",
    "{\"id\":0,}", "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}/**//", "{\"a\":\"b\"}//", "{\"a\":\"b\",,\"c\":\"d\"}",
    "{a: \"b\"}", "{\"a\":\"a",
    "{ \"foo\" : \"bar\", \"a\" }", "{\"a\":\"b\"}#", "{", "{]", "{,", "{\"", "}",
    // strings
    #"["\uD800\"]"#, #"["\uD800\u"]"#, #"["\uD800\u1"]"#, #"["\uD800\u1x"]"#, "[é]", "[\"\\\u{0}\"]", #"["\x00"]"#,
    #"["\\\"]"#,
    "[\"\\\t\"]", "[\"\\🌀\"]", #"["\"]"#, #"["\u00A"]"#, #"["\uD834\uDd"]"#, #"["\uD800\uD800\x"]"#, #"["\a"]"#,
    #"["\uqqqq"]"#,
    "[\\u0020\"asd\"]", "[\\n]", "\"", "['single quote']", "abc", "[\"\\", "[\"a\u{0}a\"]", "[\"new\nline\"]",
    "[\"\t\"]", "\"\\UA66D\"",
    "\"\"x", "[\"\\u+123\"]", "[\"\\u 123\"]",
    // around
    "", " ", "<.>", "[<null>]", "[1]x", "[1]]", "[True]", "nULL", "1]", "{}}", "{\"\":", "{\"a\":/*comment*/\"b\"}",
    "{\"a\": true} \"x\"",
    "['", "[,", "[{", "[\"a\"", "{\"a\":\"b", "*", "{\"a\":\"b\"}#{}", "[\\u000A\"\"]", "[1", "[ false, nul",
    "[ true, fals", "å", "[\u{2060}]",
    "\u{FEFF}", "[\u{0C}]", "{\"asd\":\"asd\"", "\\u000A\"\"",
  ])
  func `what is no JSON is refused by either way of reading`(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: Malformed.self) { try JSON(parsing: bytes) }
    #expect(throws: Malformed.self) { try JSONObject(strictlyParsing: bytes) }
  }

  /// i_: what RFC 8259 leaves open. Numbers of any size are text here, and strings have to be UTF-8.
  @Test(arguments: [
    [0x5B, 0x22, 0xFF, 0x22, 0x5D], [0x5B, 0x22, 0xC0, 0xAF, 0x22, 0x5D], [0x5B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x5D],
    [0x5B, 0x22, 0xF4, 0xBF, 0xBF, 0xBF, 0x22, 0x5D], [0x5B, 0x22, 0xE9, 0x22, 0x5D], [0x5B, 0x22, 0x81, 0x22, 0x5D],
    [0x5B, 0x22, 0xE6, 0x97, 0x22, 0x5D], [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D],
    [0xE5],
  ])
  func `octets that are no UTF-8 are refused`(_ bytes: [UInt8]) {
    #expect(throws: Malformed.self) { try JSON(parsing: bytes) }
  }

  @Test(arguments: [
    (#"["\uDADA"]"#, "[\"\u{FFFD}\"]"), (#"["\uD888\u1234"]"#, "[\"\u{FFFD}\u{1234}\"]"),
    (#"["\uDd1e\uD834"]"#, "[\"\u{FFFD}\u{FFFD}\"]"), (#"["\uD800\uD800\n"]"#, "[\"\u{FFFD}\u{FFFD}\\n\"]"),
  ])
  func `half a surrogate pair becomes the replacement character`(_ text: String, _ written: String) throws {
    #expect(try JSON(parsing: Array(text.utf8)).text == written)
  }
}
