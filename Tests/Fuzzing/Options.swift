@testable import ACMECore
@testable import ACMETool

let optionParsers = [
  Parser(text: "where to listen") { text in
    let address = try ListeningAddress(text: text)
    guard address.address != nil else { return }
    expect((try? ListeningAddress(text: address.text))?.text == address.text, "an address changes")
  },
  Parser("a list of names") { bytes in
    _ = bytes.withoutByteOrderMark
    _ = bytes.looksLikeJSON
  },
]
