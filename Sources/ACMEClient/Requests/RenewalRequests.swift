package import ACMECore

/// Renewal information, RFC 9773 §4.
extension Client {
  /// Whether the CA has any.
  package func hasRenewalInfo() throws -> Bool {
    try ca().endpoints.raw["renewalInfo"].map { $0 != .null } ?? false
  }

  /// Asks when the certificates `ids` are to be renewed, side by side.
  ///
  /// - Parameter each: gets what the CA said, with how many seconds it wants to be left alone; or why it has nothing for
  ///   this one certificate.
  ///
  /// Throws `Failure` where that is not about one certificate: then nothing more is asked.
  package func renewalInfo(
    of ids: [CertificateID], each: (_ index: Int, Result<(info: RenewalInfo, pause: Double?), Failure>) throws -> Void
  ) throws {
    let base = try reading("the CA's directory", status: .protocolBroken) {
      try ca().endpoints.url(of: .renewalInfo)
    }
    var requests: [PlainRequest] = []
    var indices: [Int] = []
    for (index, id) in ids.enumerated() {
      do throws(Failure) {
        let url = try Self.url(of: id, below: base)
        requests.append(PlainRequest(method: .get, url: url, purpose: .renewalInfo, maxBody: Limits.json))
        indices.append(index)
      } catch {
        try each(index, .failure(error))
      }
    }
    try perform(requests) { number, result in
      let (index, url) = (indices[number], requests[number].url)
      let response: HTTPResponse
      do { response = try result.get() } catch let failure as Failure where failure.isAboutWhatWasAsked {
        return try each(index, .failure(failure))
      }
      let what = "the renewal information \(url)"
      let object = try response.parsed(what) { $0 }
      let info = Result { () throws(Failure) in
        try reading(what, status: .protocolBroken) { try RenewalInfo(object) }
      }
      try each(index, info.map { ($0, retryAfter(of: response)?.seconds) })
    }
  }

  /// One slash between the two (§4.1), also where the CA's URL ends with it.
  private static func url(of id: CertificateID, below base: ACMEURL) throws(Failure) -> ACMEURL {
    try reading("renewalInfo", status: .protocolBroken) {
      try ACMEURL(base.text + (base.text.hasSuffix("/") ? "" : "/") + id.text)
    }
  }
}

extension Failure {
  /// Whether another question could well be answered.
  fileprivate var isAboutWhatWasAsked: Bool { status == .refused && (400..<500).contains(httpStatus ?? 0) }
}
