/// What time it is: by this machine's clock, and by that of the CA, where an answer of its says so.
package struct Clocks {
  /// No clock is thought to be further off.
  private static let tolerance: Int64 = 86400

  package let ours: Timestamp
  package let theirs: Timestamp?

  package init(ours: Timestamp, theirs: Timestamp?) {
    self.ours = ours
    self.theirs = theirs
  }

  fileprivate func contradict(_ validity: (from: Timestamp, to: Timestamp), by seconds: Int64 = 0) -> [Bool] {
    [ours, theirs].compactMap { $0 }.map { $0 + seconds < validity.from || validity.to + seconds < $0 }
  }

  /// Whether it is beyond doubt that something isn't valid.
  fileprivate func agree(against validity: (from: Timestamp, to: Timestamp)) -> Bool {
    theirs != nil && contradict(validity, by: Self.tolerance).allSatisfy { $0 }
  }
}

extension Clocks: CustomStringConvertible {
  package var description: String {
    "by this machine's clock it is \(ours)" + (theirs.map { ", by the CA's \($0)" } ?? "")
  }
}

extension CertificateChain {
  /// What a person has to know of certificates that may not be valid at this time, a line each.
  ///
  /// Throws `Malformed` where the leaf isn't, and both clocks say so by more than a day.
  package func doubts(at clocks: Clocks) throws(Malformed) -> [String] {
    var doubts: [String] = []
    for (index, certificate) in certificates.enumerated() {
      let what = index == 0 ? "the certificate" : "the issuer \(certificate.subject)"
      let validity: (from: Timestamp, to: Timestamp)
      do { validity = try certificate.validity } catch { throw Malformed("\(what): \(error.reason)") }
      guard clocks.contradict(validity).contains(true) else { continue }
      let doubt = "\(what) is valid from \(validity.from) to \(validity.to), and \(clocks)"
      guard index > 0 || !clocks.agree(against: validity) else { throw Malformed(doubt) }
      doubts.append(doubt)
    }
    return doubts
  }
}
