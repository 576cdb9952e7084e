internal import CCurl
internal import Glibc

extension CurlTransport {
  /// Which certificates the CA's server has to be vouched for by.
  package enum Trust: Equatable, Sendable {
    /// These PEM certificates alone.
    case only([UInt8])
    case system(file: String?, folder: String?)
    /// What libcurl was built with.
    case libcurlsOwn

    private static let systemFolder = "/etc/ssl/certs"

    /// - Parameters:
    ///   - bundle: PEM certificates, trusted alone.
    ///   - environment: where there is none, OpenSSL's own variables, which libcurl doesn't read; else the
    ///     system's hashed folder, of which just the certificate that is needed is read: that takes a third of the
    ///     time of the whole bundle.
    package init(bundle: [UInt8]?, environment: [String: String]) {
      let file = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
      let folder = environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 }
      if let bundle {
        self = .only(bundle)
      } else if file != nil || folder != nil {
        self = .system(file: file, folder: folder)
      } else if Self.isHashed(Self.systemFolder) {
        self = .system(file: nil, folder: Self.systemFolder)
      } else {
        self = .libcurlsOwn
      }
    }

    func set(on handle: UnsafeMutableRawPointer) -> CURLcode {
      let settings: [CURLcode]
      switch self {
      case .only(let bundle):
        settings = [
          CCurl_set_blob(handle, CURLOPT_CAINFO_BLOB, bundle, bundle.count),
          CCurl_set_string(handle, CURLOPT_CAPATH, nil),
        ]
      case .system(let file, let folder):
        settings = [
          CCurl_set_string(handle, CURLOPT_CAINFO, file),
          CCurl_set_string(handle, CURLOPT_CAPATH, folder),
        ]
      case .libcurlsOwn: settings = []
      }
      return settings.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private static func isHashed(_ folder: String) -> Bool {
      guard let entries = opendir(folder) else { return false }
      defer { closedir(entries) }
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        // OpenSSL's rehash names links by eight hex digits and a number.
        if name.utf8.count >= 10, name.dropFirst(8).hasPrefix("."), name.prefix(8).allSatisfy(\.isHexDigit) {
          return true
        }
      }
      return false
    }
  }
}
