import ACMECore
import ACMETool

extension Lesson {
  /// When a certificate is renewed, and why then.
  static func renewal(_ renewal: Renewal, of subject: Subject, _ lifetime: Lifetime, at now: Timestamp) -> Lesson {
    var lesson = Lesson("when to renew \(subject): \(renewal.inWords)")
    lesson.add(.item("valid", "from \(lifetime.start) to \(lifetime.end), and now it is \(now)"))
    if let id = renewal.certificateID {
      lesson.add(
        .item(
          "certID",
          "\(id): by this the CA knows it (RFC 9773, section 4.1). Before the dot the id of the key that signed it, "
            + "after it the serial number, both in base64url"))
    }
    switch (renewal.window, renewal.certificateID, renewal.renewAt) {
    case (let window?, let id?, let moment?):
      let limit = lifetime.end < window.end ? ", which counts up to the end of the certificate, \(lifetime.end)" : ""
      lesson.add(
        .text(
          "The CA suggests a window, from \(window.start) to \(window.end) (section 4.2). One moment in it is ours: "
            + "\(moment). It is drawn as a lot would be, so that not all come at once; but out of the certID, so that "
            + "whoever asks again finds the same moment, and needs no file to keep it in. The first eight digits of "
            + "this, taken for a fraction of 100000000, say how far into the window it lies\(limit):"),
        .command("\(Shell.print(id.text)) | sha256sum | cut -c-8"))
    case (_, _, let moment?):
      lesson.add(
        .text(
          "No CA has said when, so the lifetime decides: a certificate is due when a third of it is left, or half of a "
            + "lifetime below ten days. Of this one that is at \(moment)."))
    default: break
    }
    return lesson
  }
}
