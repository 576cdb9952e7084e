package import ACMECore
internal import CCurl

/// A look at the certificates that a TLS server shows. Nothing is verified, and nothing is asked or told: this is about
/// what is there, and not about whom to trust.
package enum ServerLook {
  /// What curl calls the protocols in which TLS begins after some words in clear (STARTTLS), by their ports.
  private static let mail = [25: "smtp", 110: "pop3", 143: "imap", 587: "smtp"]
  private static let pemLabel = "Cert:"

  /// The certificates as they are sent, in PEM.
  ///
  /// - Parameter host: a DNS name or an address, an IPv6 one in brackets. A name is sent along (SNI).
  ///
  /// Throws `Failure` 69 where there is nothing to be seen within so many seconds.
  package static func chain(host: String, port: Int, within seconds: Double) throws(Failure) -> [UInt8] {
    let what = "\(host):\(port)"
    guard let handle = curl_easy_init() else { throw Failure(.bug, "libcurl can't be started") }
    defer { curl_easy_cleanup(handle) }
    let scheme = mail[port] ?? "https"
    let milliseconds = max(1, Int(seconds * 1000))
    let settings = [
      CCurl_set_string(handle, CURLOPT_URL, "\(scheme)://\(host):\(port)/"),
      CCurl_set_string(handle, CURLOPT_PROTOCOLS_STR, scheme),
      CCurl_set_long(handle, CURLOPT_USE_SSL, CCurl_use_ssl_all),
      CCurl_set_long(handle, CURLOPT_CONNECT_ONLY, 1),
      CCurl_set_long(handle, CURLOPT_CERTINFO, 1),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0),
      CCurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0),
      // Whatever is spoken at the port, it need not be HTTP.
      CCurl_set_long(handle, CURLOPT_SSL_ENABLE_ALPN, 0),
      // The server itself, and not one that stands in between.
      CCurl_set_string(handle, CURLOPT_PROXY, ""),
      CCurl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds),
      CCurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds),
      CCurl_set_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, milliseconds / 1000)),
      CCurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      CCurl_set_long(handle, CURLOPT_QUICK_EXIT, 1),
    ]
    let code = settings.first { $0 != CURLE_OK } ?? curl_easy_perform(handle)
    let pem = certificates(of: handle)
    guard pem.isEmpty else { return pem }
    let reason = code == CURLE_OK ? "it shows none" : String(cString: curl_easy_strerror(code)).asClause
    throw Failure(.unreachable, "\(what): the certificate can't be looked at: \(reason)")
  }

  private static func certificates(of handle: UnsafeMutableRawPointer) -> [UInt8] {
    var found: UnsafeMutablePointer<curl_certinfo>?
    guard CCurl_get_certificates(handle, &found) == CURLE_OK, let info = found?.pointee else { return [] }
    var pem = ""
    for index in 0..<Int(info.num_of_certs) {
      var next = info.certinfo[index]
      while let entry = next?.pointee {
        let text = entry.data.map { String(cString: $0) } ?? ""
        if text.hasPrefix(pemLabel) { pem += text.dropFirst(pemLabel.count) + "\n" }
        next = entry.next
      }
    }
    return Array(pem.utf8)
  }
}
