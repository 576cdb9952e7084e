import ACMECore
import ACMETool

/// A chain that may be written.
struct VerifiedChain {
  let chain: CertificateChain
  /// What time it was when it came.
  let clocks: Clocks
  /// Where the CA has it; nil for one from stdin.
  let url: ACMEURL?
  /// What a person has to know of it.
  let doubts: [String]

  var top: Certificate { chain.certificates[chain.certificates.count - 1] }

  /// - Parameter request: the one that it has to be for; nil where that isn't known.
  ///
  /// Throws `Malformed` where it isn't as it has to be.
  init(_ chain: CertificateChain, for request: CertificateRequest?, at clocks: Clocks, from url: ACMEURL? = nil) throws
  {
    if let request { try chain.verifyLeaf(isFor: request) }
    do { try chain.verifyPath() } catch {
      guard chain.certificates.count > 1, (try? chain.leafAlone.verifyPath()) != nil else { throw error }
      throw Malformed(error.reason, hint: "--part leaf writes the leaf, whoever vouches for it")
    }
    self.chain = chain
    self.clocks = clocks
    self.url = url
    doubts = try chain.doubts(at: clocks)
  }

  /// As an element of `--list`.
  var listed: JSON {
    get throws {
      var object: JSONObject = [
        "subjects": .array(chain.certificates.map { .string($0.subject) }), "issuer": .string(top.issuer),
        "pem": .string(try chain.certificates.map { try $0.pem }.joined()),
      ]
      object["url"] = url.map { .string($0.text) }
      return .object(object)
    }
  }

  /// What was verified, for `-v`.
  func inWords(isRequestKnown: Bool) -> String {
    let leaf = isRequestKnown ? ["the first has the request's key and names"] : []
    let path = chain.certificates.count > 1 ? ["each is signed by the next"] : []
    let count = chain.certificates.count == 1 ? "1 certificate" : "\(chain.certificates.count) certificates"
    return "verified \(count): " + (leaf + path + ["no private key among them"]).joined(separator: ", ")
  }
}
