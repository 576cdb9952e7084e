extension Malformed {
  /// A PEM block of another kind than the one that is needed.
  init(pemBlock label: String, insteadOf need: String) {
    let place =
      switch label {
      case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST": "a certificate request goes to acme-challenge"
      case "CERTIFICATE": "acme-csr --from-cert FILE makes a request for the names of a certificate"
      case "PKCS7", "CMS": "openssl pkcs7 -print_certs makes certificates of it"
      case _ where label.hasSuffix("PRIVATE KEY"): "a private key goes to acme-csr, and to the others as -k FILE"
      default: nil as String?
      }
    self.init("a PEM block \"\(label)\", where \(need) is needed", hint: place)
  }
}

/// PEM as text (RFC 7468): what stands in which block, before OpenSSL reads the block itself.
package struct PEMText {
  package struct Block {
    package let label: String
    /// The block with its two boundary lines.
    package let text: [UInt8]
  }

  package let blocks: [Block]

  /// Accepts CRLF, LF and CR as line ends, text around the blocks, and a byte order mark before all. Throws for a block
  /// that is not closed, or whose end has another label.
  package init(_ bytes: [UInt8]) throws(Malformed) {
    var blocks: [Block] = []
    var open: String?
    var text: [UInt8] = []
    for line in Self.lines(of: bytes.withoutByteOrderMark) {
      if let label = Self.label(line, after: "-----BEGIN ") {
        guard open == nil else { throw Malformed("a PEM block begins inside another") }
        open = label
        text = line + [0x0A]
      } else if let begun = open {
        text += line
        text.append(0x0A)
        guard let label = Self.label(line, after: "-----END ") else {
          // RFC 7468 §2 has no headers in a block; those of older forms would have OpenSSL ask for a passphrase. Keys,
          // which have them (RFC 1421 §4.6), are passed over here.
          guard begun.hasSuffix("PRIVATE KEY") || line.allSatisfy(Self.isBase64) else {
            throw Malformed("a PEM block holds something else than base64")
          }
          continue
        }
        guard label == begun else { throw Malformed("a PEM block ends with another label") }
        blocks.append(Block(label: label, text: text))
        open = nil
      } else if line.firstRange(of: "-----BEGIN") != nil {
        throw Malformed(bytes.looksLikeJSON ? "JSON, where PEM is needed" : "a PEM block begins within a line")
      }
    }
    guard open == nil else { throw Malformed("a PEM block isn't closed: the text is cut off") }
    self.blocks = blocks
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x20, 0x09:
      true
    default: false
    }
  }

  private static func lines(of bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = [[]]
    var previous: UInt8 = 0
    for byte in bytes {
      switch byte {
      case 0x0D: lines.append([])
      case 0x0A: if previous != 0x0D { lines.append([]) }
      default: lines[lines.count - 1].append(byte)
      }
      previous = byte
    }
    return lines
  }

  /// The label of a boundary line, blanks at its end passed over.
  private static func label(_ line: [UInt8], after prefix: StaticString) -> String? {
    let start = prefix.withUTF8Buffer { line.starts(with: $0) ? $0.count : nil }
    guard let start else { return nil }
    var rest = line[start...]
    while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
    guard rest.suffix(5).elementsEqual("-----".utf8) else { return nil }
    return String(decoding: rest.dropLast(5), as: UTF8.self)
  }
}
