@testable import ACMECore

let documentParsers = [
  Parser("order") { bytes in
    let document = try OrderDocument(JSONObject(parsing: bytes))
    let again = try? OrderDocument(document.object)
    expect(try again?.object == document.object, "an order document changes")
  },
  Parser("account") { bytes in
    let document = try AccountDocument(JSONObject(parsing: bytes))
    let again = try? AccountDocument(document.object)
    expect(again?.object == document.object, "an account document changes")
  },
  Parser("problem") { bytes in
    let document = try ProblemDocument(JSONObject(parsing: bytes))
    let again = try? ProblemDocument(document.object)
    expect(again?.object == document.object, "a problem document changes")
  },
]
