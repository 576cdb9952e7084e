internal import Glibc

extension CurlTransport {
  /// Which certificates the CA's server has to be vouched for by.
  package struct Trust: Equatable, Sendable {
    package let file: String?
    package let folder: String?

    /// What libcurl was built with.
    static let libcurlsOwn = Trust(file: nil, folder: nil)
    private static let systemFolder = "/etc/ssl/certs"

    private init(file: String?, folder: String?) {
      self.file = file
      self.folder = folder
    }

    /// - Parameters:
    ///   - bundle: a file of PEM certificates, trusted alone.
    ///   - environment: where there is none, OpenSSL's own variables, which libcurl doesn't read; else the
    ///     system's hashed folder, of which just the certificate that is needed is read: that takes a third of the
    ///     time of the whole bundle.
    package init(bundle: String?, environment: [String: String]) {
      let file = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
      let folder = environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 }
      if let bundle {
        self.init(file: bundle, folder: nil)
      } else if file != nil || folder != nil {
        self.init(file: file, folder: folder)
      } else {
        self.init(file: nil, folder: Self.isHashed(Self.systemFolder) ? Self.systemFolder : nil)
      }
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
