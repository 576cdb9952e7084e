/// Text as the kernel has it: arguments, variables and paths may hold any octets but NUL, and need not be UTF-8. A
/// `String` made of such octets would name another file.
package struct Octets: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  package init(_ text: String) { bytes = Array(text.utf8) }

  /// Up to the NUL that ends them.
  package init(cString start: UnsafePointer<CChar>) {
    var count = 0
    while start[count] != 0 { count += 1 }
    self.init(UnsafeRawBufferPointer(start: start, count: count))
  }

  package var isEmpty: Bool { bytes.isEmpty }

  /// As a C string, for a system call.
  package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (bytes + [0]).withUnsafeBufferPointer { buffer in
      try buffer.withMemoryRebound(to: CChar.self) { characters in
        // There is one element at least, the end.
        guard let start = characters.baseAddress else { preconditionFailure("an array has no address") }
        return try body(start)
      }
    }
  }
}

extension Octets: CustomStringConvertible {
  /// For messages: octets that are no UTF-8 as `\xE9`.
  package var description: String { pieces.map(\.shown).joined() }
}

// MARK: Through places that take a String alone

extension Octets {
  /// As a String that can be turned back by `init(carried:)`: octets that are no UTF-8 become code points that nobody
  /// else uses.
  package var carried: String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let string): text += string
      case .stray(let octet): text.unicodeScalars.append(Self.stray(octet))
      }
    }
    return text
  }

  package init(carried text: String) {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let octet = scalar.strayOctet { bytes.append(octet) } else { bytes += Array(String(scalar).utf8) }
    }
    self.bytes = bytes
  }

  private enum Piece {
    case text(String)
    case stray(UInt8)

    var shown: String {
      switch self {
      case .text(let string): string
      case .stray(let octet): octet.escaped
      }
    }
  }

  private var pieces: [Piece] {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: { $0.isStray }) {
      return [.text(text)]
    }
    var pieces: [Piece] = []
    var rest = bytes[...]
    while let first = rest.first {
      if let scalar = rest.firstScalar, !scalar.isStray {
        pieces.append(.text(String(scalar)))
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        pieces.append(.stray(first))
        rest.removeFirst()
      }
    }
    return pieces
  }

  private static func stray(_ octet: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(Unicode.Scalar.firstStray + UInt32(octet)) ?? "\u{FFFD}"
  }
}

extension Unicode.Scalar {
  /// In the last plane for private use; octets from 0x80 on can be strays.
  fileprivate static let firstStray: UInt32 = 0x10_FE00

  fileprivate var isStray: Bool { strayOctet != nil }

  /// The octet that this stands for in a carried text.
  package var strayOctet: UInt8? {
    (Self.firstStray + 0x80...Self.firstStray + 0xFF).contains(value) ? UInt8(value - Self.firstStray) : nil
  }
}

extension UInt8 {
  /// As bash's `$'…'` and C have it.
  package var escaped: String { "\\x" + (self < 0x10 ? "0" : "") + String(self, radix: 16, uppercase: true) }
}

extension ArraySlice<UInt8> {
  /// The code point that these octets begin with; nil where they are no UTF-8.
  fileprivate var firstScalar: Unicode.Scalar? {
    for width in 1...4 where width <= count {
      if let text = String(validating: prefix(width), as: UTF8.self) { return text.unicodeScalars.first }
    }
    return nil
  }
}
