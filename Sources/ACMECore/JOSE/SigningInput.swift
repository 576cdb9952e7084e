/// What a JWS signature is made of, if it is one of a request to an ACME CA (RFC 7515 §5.1, RFC 8555 §6.2): a key that
/// signs nothing else can't be used for another protocol by whoever reaches it.
package struct SigningInput {
  package static let mostBytes = 1 << 20

  package let url: ACMEURL
  /// The account's URL; nil where the key says itself whose it is.
  package let kid: ACMEURL?
  /// Missing in the inner JWS of a key change alone (RFC 8555 §7.3.5).
  package let nonce: Nonce?
  /// A JSON object; nil for POST-as-GET.
  package let payload: JSONObject?

  private static let members: Set = ["alg", "jwk", "kid", "nonce", "url"]

  /// Reads `base64url(protected).base64url(payload)`, octet for octet.
  ///
  /// - Parameter signer: whose signature is wanted.
  ///
  /// Throws `Malformed` for all that no ACME client sends, and where it is another key's to sign.
  package init(_ bytes: [UInt8], for signer: Signer) throws(Malformed) {
    guard bytes.count <= Self.mostBytes else {
      throw Malformed("no signing input of an ACME request: it is larger than \(Self.mostBytes >> 20) MiB")
    }
    guard bytes.first != 0x30 /* a sequence in DER */ else {
      throw Malformed(
        "no signing input of an ACME request: it is DER", hint: "a certificate request is signed with --csr")
    }
    guard bytes.last != 0x0A else { throw Self.notACME("a line end stands after it") }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw Self.notACME("it isn't two parts, with a dot between them") }
    let header = try Self.read("the protected header") { () throws(Malformed) in
      try JSONObject(strictlyParsing: Base64URL.decode(octets: parts[0]))
    }
    payload = try Self.read("the payload") { () throws(Malformed) in
      parts[1].isEmpty ? nil : try JSONObject(strictlyParsing: Base64URL.decode(octets: parts[1]))
    }
    (url, kid, nonce) = try Self.read("the protected header") { () throws(Malformed) in
      try Self.checked(header, signer)
    }
  }

  private static func checked(
    _ header: JSONObject, _ signer: Signer
  ) throws(Malformed) -> (ACMEURL, kid: ACMEURL?, nonce: Nonce?) {
    if let other = header.members.first(where: { !members.contains($0.name) }) {
      throw Malformed("\"\(other.name)\" stands in it, which ACME doesn't know")
    }
    let algorithm = try header.requiredString("alg")
    guard algorithm == signer.algorithm.rawValue else {
      throw Malformed("its alg is \(algorithm), the key's is \(signer.algorithm.rawValue)")
    }
    let url = try header.requiredURL("url")
    let kid = try header["kid"] == nil ? nil : header.requiredURL("kid")
    let jwk = try header["jwk"] == nil ? nil : header.requiredObject("jwk")
    guard (kid == nil) != (jwk == nil) else { throw Malformed("it needs just one of kid and jwk") }
    guard jwk.map({ $0 == signer.jwk.object }) ?? true else { throw Malformed("its jwk isn't the key's own") }
    let nonce = try header["nonce"] == nil ? nil : Nonce(header.requiredString("nonce"))
    guard nonce != nil || jwk != nil else { throw Malformed("it has no nonce") }
    return (url, kid, nonce)
  }

  private static func read<Value>(_ part: String, _ body: () throws(Malformed) -> Value) throws(Malformed) -> Value {
    do { return try body() } catch { throw notACME("\(part): \(error.reason)") }
  }

  private static func notACME(_ reason: String) -> Malformed {
    Malformed("no signing input of an ACME request: \(reason)")
  }
}
