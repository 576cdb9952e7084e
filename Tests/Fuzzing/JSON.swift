@testable import ACMECore

let jsonParsers = [
  Parser("a value is the same when it was written and read again") { bytes in
    let value = try JSON(parsing: bytes)
    let text = value.text
    expect(text.unicodeScalars.allSatisfy { !$0.steersTerminal }, "what is written steers a terminal")
    let again = try? JSON(parsing: Array(text.utf8))
    expect(again == value, "the value changes")
    expect(again?.text == text, "the text changes")
  },
  Parser("what no two parsers may take differently is taken by the other way of reading too") { bytes in
    let object = try JSONObject(strictlyParsing: bytes)
    expect((try? JSONObject(parsing: bytes)) == object, "strictly read, it is something else")
  },
  Parser("hiding changes nothing but strings under those names") { bytes in
    let (object, secrets) = try JSONObject.parse(SecretBytes(bytes), hiding: ["d", "k"])
    guard let plain = try? JSONObject(parsing: bytes) else { return }
    expect(object.members.map(\.name) == plain.members.map(\.name), "members differ")
    for (name, value) in plain.members where !["d", "k"].contains(name) && value.array == nil && value.object == nil {
      expect(object[name] == value, "\(name) differs")
    }
    for name in ["d", "k"] {
      if let text = plain[name]?.string {
        expect(secrets[name].map { Array($0) } == Array(text.utf8), "a secret differs")
      }
    }
  },
]
