internal import CCurl

/// Where on somebody's web site a CA looks, or is led to: of any scheme, since whether it would go there is its affair.
package struct SiteURL: Hashable, Sendable {
  private static let maxLength = 4096

  package let text: String
  package let scheme: String
  /// An IPv6 address without brackets.
  package let host: String
  package let port: Int

  /// nil for what is no URL with a host.
  package init?(_ text: String) { self.init(text, after: nil) }

  /// Where `location`, which a header says, leads from here (RFC 9110 §10.2.2).
  package func redirected(to location: String) -> SiteURL? { SiteURL(location, after: text) }

  private init?(_ text: String, after base: String?) {
    guard text.utf8.count <= Self.maxLength, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      let url = curl_url()
    else { return nil }
    defer { curl_url_cleanup(url) }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_PATH_AS_IS)
    if let base { guard curl_url_set(url, CURLUPART_URL, base, flags) == CURLUE_OK else { return nil } }
    guard curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK,
      // No fragment is ever sent.
      curl_url_set(url, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
      let whole = Self.part(CURLUPART_URL, of: url), let scheme = Self.part(CURLUPART_SCHEME, of: url),
      let host = Self.part(CURLUPART_HOST, of: url), !host.isEmpty,
      let port = Self.part(CURLUPART_PORT, of: url, UInt32(CURLU_DEFAULT_PORT)).flatMap(Int.init)
    else { return nil }
    self.text = whole
    self.scheme = scheme.lowercased()
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host.lowercased()
    self.port = port
  }

  private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
