internal import COpenSSL

/// What a certificate request's signature is made of (RFC 2986 §4.1).
package enum CertificationRequestInfo {
  package static let mostBytes = 1 << 20

  /// Throws `Malformed` for what isn't just one CertificationRequestInfo in DER, and for one of another key.
  package static func check(_ der: [UInt8], isOf key: PublicKey) throws(Malformed) {
    guard der.count <= mostBytes else { throw not("it is larger than \(mostBytes >> 20) MiB") }
    // OpenSSL reads it as part of a whole request only. Which signature that has makes no difference.
    let request = DER.sequence(der, DER.sequence(DER.ed25519), DER.bitString([]))
    guard let request = decodedDER(request, { d2i_X509_REQ(nil, $0, $1) }, free: X509_REQ_free) else {
      throw not("it isn't just that, in DER")
    }
    defer {
      X509_REQ_free(request)
      ERR_clear_error()
    }
    // Encoded anew: what OpenSSL reads, but wouldn't write, some other parser may take for something else.
    guard (try? encodedDER { i2d_re_X509_REQ_tbs(request, $0) }) == der else { throw not("it isn't just that, in DER") }
    guard X509_REQ_get_version(request) == 0 else { throw not("its version is none that there is") }
    guard let own = X509_REQ_get0_pubkey(request), let info = try? encodedDER({ i2d_PUBKEY(own, $0) }),
      info == key.info
    else { throw not("the key in it isn't the one that is to sign") }
  }

  private static func not(_ reason: String) -> Malformed { Malformed("no CertificationRequestInfo: \(reason)") }
}
