import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// Where a server is: `HOST:PORT`.
struct ServedAddress: CustomStringConvertible {
  let host: String
  let port: Int

  var description: String { "\(host):\(port)" }

  init(text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let host = parts.dropLast().joined(separator: ":")
    guard let digits = parts.last, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      (1...65535).contains(port), let known = Self.host(host)
    else {
      throw ValidationError(
        "'\(text.shown(limit: 300))' is no HOST:PORT, such as example.org:443 or [2001:db8::1]:25")
    }
    self.host = known
    self.port = port
  }

  private static func host(_ text: String) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]") {
      return IPAddress(String(text.dropFirst().dropLast())).map { $0.octets.count == 16 ? "[\($0)]" : $0.text }
    }
    if let address = IPAddress(text) { return text.contains(":") ? nil : address.text }
    return try? DomainName(typed: text).text
  }
}

/// What a server shows.
struct Served {
  /// For a look at a server.
  static let patience = 10

  let address: ServedAddress
  let chain: CertificateChain
  let lifetime: Lifetime

  /// Throws `Failure` 69 where nothing can be seen, and 65 where that is no certificate.
  init(_ address: ServedAddress, within seconds: Double) throws(Failure) {
    self.address = address
    let pem = try ServerLook.chain(host: address.host, port: address.port, within: seconds)
    (chain, lifetime) = try reading("\(address)") {
      let chain = try CertificateChain(pem: pem)
      return (chain, try chain.leaf.lifetime)
    }
  }

  /// What is wrong with it, where `subject` is what the server should show; nil where nothing is.
  func difference(from subject: Subject) -> String? {
    guard case .certificate(let certificate, let lifetime) = subject.found, certificate.der != chain.leaf.der else {
      return nil
    }
    let advice = lifetime.start < self.lifetime.start ? "is that file the server's?" : "was the server told to reload?"
    return
      "\(address) shows another certificate than the one in \(subject): valid until \(self.lifetime.end), and that "
      + "until \(lifetime.end); \(advice)"
  }

  /// For the document: beside a file, whether that is what is shown.
  func object(beside subject: Subject?) -> JSONObject {
    var object: JSONObject = [
      "address": .string(address.description), "notAfter": .string(lifetime.end.description),
    ]
    object["certID"] = chain.leaf.id.map { .string($0.text) }
    if case .certificate(let certificate, _) = subject?.found {
      object["isFile"] = .bool(certificate.der == chain.leaf.der)
    }
    return object
  }
}

extension Subject {
  init(_ served: Served) {
    self.init(file: nil, address: served.address, found: .certificate(served.chain.leaf, served.lifetime))
  }
}
