import ACMECore
import ACMETool

extension Tool {
  /// What is put in place to be looked at, and what for.
  func explainProbes(_ proofs: [Proof]) {
    explain(
      Lesson(
        "looking as the CA would, before it is asked",
        [
          .text(
            "A CA counts the proofs that it doesn't find. So a probe is put where each proof would be, and looked for in "
              + "the way of the CA. Its token is our own: it answers no challenge of any order."),
          .text(
            "CAA records (RFC 8659) say which CAs may issue for a domain. Those that count stand at the name itself, or "
              + "at the nearest domain above it that has any. They may allow an account or a challenge alone (RFC 8657)."
          ),
        ]))
    for proof in proofs { explain(proof.probeLesson) }
  }
}

extension Proof {
  fileprivate var probeLesson: Lesson {
    var lesson = Lesson("the probe for \(identifier) by \(type) (\(section))")
    switch publication {
    case .http:
      lesson.add(
        .item("to be found at", sight), .item("what has to be there", visible),
        .text(
          "Every address of the name is asked, on port 80, for a CA may take any of them. Redirects are followed, to "
            + "https too, where no certificate is asked for: there can be none yet."))
    case .dns(let record):
      lesson.add(
        .item("to be found at", "\(record.name), as a TXT record"), .item("its value", record.value),
        .text("Every name server of the zone is asked, for a CA may ask any of them."))
    case .tls(let name, let digest):
      lesson.add(
        .item("to be found at", "port 443 of every address, by who asks for \(name) and the protocol acme-tls/1"),
        .item("the certificate's extension acmeIdentifier", digest))
    }
    return lesson
  }
}
