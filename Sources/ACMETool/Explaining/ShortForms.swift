package import ACMECore

extension JSON {
  private static let longestString = 60
  private static let longest = 240

  /// On one line, with what is long in it cut.
  package var short: String {
    // A value alone has no text of its own, so it is taken out of an object with one member: {"":…}
    let text = JSONObject([("", shortened)]).text.dropFirst(4).dropLast()
    return text.count > Self.longest ? "\(text.prefix(Self.longest))…" : String(text)
  }

  private var shortened: JSON {
    switch self {
    case .string(let text) where text.count > Self.longestString:
      .string("\(text.prefix(Self.longestString / 3))… (\(text.count) characters)")
    case .array(let elements): .array(elements.map(\.shortened))
    case .object(let object): .object(JSONObject(object.members.map { ($0.name, $0.value.shortened) }))
    default: self
    }
  }
}

extension JWK {
  /// "an ECDSA key on the curve P-256"
  package var kind: String {
    switch material {
    case .ellipticCurve(let curve, _, _): "an ECDSA key on the curve \(curve.rawValue)"
    case .rsa(let modulus, _): "an RSA key of \(modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)) bits"
    case .ed25519: "an Ed25519 key"
    }
  }
}
