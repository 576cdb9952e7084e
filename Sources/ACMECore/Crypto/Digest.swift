internal import COpenSSL

package enum SHA256 {
  package static func digest(of bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &digest, nil)
    precondition(done == 1, "libcrypto has no SHA-256")
    return digest
  }
}

/// The MACs of an external account binding (RFC 8555 §7.3.4, RFC 7518 §3.2).
package enum MACAlgorithm: String, CaseIterable, Sendable {
  case hs256 = "HS256"
  case hs384 = "HS384"
  case hs512 = "HS512"

  func authenticationCode(of bytes: [UInt8], key: SecretBytes) throws -> [UInt8] {
    let digest =
      switch self {
      case .hs256: EVP_sha256()
      case .hs384: EVP_sha384()
      case .hs512: EVP_sha512()
      }
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let made = SecretMemory.wipingStack {
      key.withUnsafeBytes { key in
        HMAC(digest, key.baseAddress, Int32(clamping: key.count), bytes, bytes.count, &code, &length)
      }
    }
    guard made != nil else { throw OpenSSLError() }
    return Array(code.prefix(Int(length)))
  }
}
