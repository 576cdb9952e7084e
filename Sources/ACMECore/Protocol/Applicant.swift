/// Who applies for the certificate, and where: what control is proved by beside the challenge itself.
package struct Applicant {
  let thumbprint: String
  let accountURL: ACMEURL
  let directory: Directory

  package init(thumbprint: String, accountURL: ACMEURL, directory: Directory) {
    self.thumbprint = thumbprint
    self.accountURL = accountURL
    self.directory = directory
  }

  /// The label of dns-account-01, by which several accounts can prove one name at a time
  /// (draft-ietf-acme-dns-account-label).
  var dnsLabel: String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
    let digest = SHA256.digest(of: Array(accountURL.text.utf8)).prefix(10)
    // 80 bits are 16 digits of base32, without a rest.
    let bits = digest.flatMap { octet in (0..<8).map { octet >> (7 - $0) & 1 } }
    let digits = stride(from: 0, to: bits.count, by: 5).map { start in
      bits[start..<start + 5].reduce(0) { $0 << 1 | Int($1) }
    }
    return "_" + String(digits.map { alphabet[$0] })
  }
}
