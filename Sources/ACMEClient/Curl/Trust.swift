package import ACMECore
internal import CCurl
internal import Glibc

extension CurlTransport {
  /// Which certificates the CA's server has to be vouched for by.
  package enum Trust: Equatable, Sendable {
    /// These PEM certificates alone.
    case only([UInt8])
    case system(file: Octets?, folder: Octets?)
    /// What libcurl was built with.
    case libcurlsOwn

    var isFileOfVariable: Bool { if case .system(file: _?, _) = self { true } else { false } }

    private static let systemFolder = Octets("/etc/ssl/certs")

    /// - Parameters:
    ///   - bundle: PEM certificates, trusted alone.
    ///   - environment: where there is none, OpenSSL's own variables, which libcurl doesn't read; else the
    ///     system's hashed folder, of which just the certificate that is needed is read: that takes a third of the
    ///     time of the whole bundle.
    package init(bundle: [UInt8]?, environment: Environment) {
      let file = environment["SSL_CERT_FILE"]
      let folder = environment["SSL_CERT_DIR"]
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
          Self.set(CURLOPT_CAINFO, to: file, on: handle),
          Self.set(CURLOPT_CAPATH, to: folder, on: handle),
        ]
      case .libcurlsOwn: settings = []
      }
      return settings.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private static func set(_ option: CURLoption, to path: Octets?, on handle: UnsafeMutableRawPointer) -> CURLcode {
      guard let path else { return CCurl_set_string(handle, option, nil) }
      return path.withCString { CCurl_set_string(handle, option, $0) }
    }

    private static func isHashed(_ folder: Octets) -> Bool {
      guard let entries = folder.withCString(opendir) else { return false }
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
