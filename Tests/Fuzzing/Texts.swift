@testable import ACMECore

let textParsers = [
  Parser(text: "base64url") { text in
    expect(Base64URL.encode(try Base64URL.decode(text)) == text, "base64url is read that nobody writes")
  },
  Parser(text: "a name that was typed") { text in
    let name = try DomainName(typed: text)
    expect((try? DomainName(wire: name.text)) == name, "a name that was typed isn't one that a CA may send")
    expect((try? DomainName(typed: name.text)) == name, "a name changes when it is typed again")
  },
  Parser(text: "a name from a CA") { text in
    let name = try DomainName(wire: text)
    expect((try? DomainName(wire: name.text)) == name, "a name changes")
  },
  Parser(text: "identifier") { _ = try Identifier(typed: $0) },
  Parser(text: "the name of a record") { text in
    let name = try RecordName(text)
    expect((try? RecordName(name.text)) == name, "the name of a record changes")
  },
  Parser(text: "punycode") { text in
    guard let scalars = Punycode.decode(text), let again = Punycode.encode(scalars) else { return }
    expect(Punycode.decode(again) == scalars, "punycode changes")
  },
  Parser(text: "address") { text in
    guard let address = IPAddress(text) else { return }
    expect(IPAddress(address.text) == address, "an address changes")
  },
  Parser(text: "URL") { text in
    let url = try ACMEURL(text)
    expect(url.text == text, "a URL changes")
    _ = url.origin
    _ = try URLPrefix(text)
  },
  Parser(text: "time") { text in
    let time = try Timestamp(text)
    expect((try? Timestamp(time.description)) == time, "a time changes")
  },
  Parser("the time of a certificate") { bytes in
    for isGeneralized in [false, true] {
      guard let time = try? Timestamp(certificateTime: bytes, isGeneralized: isGeneralized) else { continue }
      expect((try? Timestamp(time.description)) == time, "the time of a certificate changes")
    }
  },
  Parser(text: "token and nonce") { text in
    _ = try? Token(text)
    _ = try? Nonce(text)
  },
  Parser("octets in a String") { bytes in
    let octets = Octets(bytes)
    expect(Octets(carried: octets.carried) == octets, "octets change on their way through a String")
    expect(!octets.description.shown().unicodeScalars.contains { $0.steersTerminal }, "what is shown steers a terminal")
  },
]
