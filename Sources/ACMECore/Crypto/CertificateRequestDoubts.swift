internal import COpenSSL

extension CertificateRequest {
  private static let mostNames = 100
  private static let leastRSABits = 2048

  /// What public CAs are known to refuse, a sentence each. A CA of somebody's own may take it.
  package var doubts: [String] {
    get throws {
      guard let request = decodedDER(der, { d2i_X509_REQ(nil, $0, $1) }, free: X509_REQ_free) else {
        throw OpenSSLError()
      }
      defer { X509_REQ_free(request) }
      let common = SubjectNames.values(NID_commonName, of: X509_REQ_get_subject_name(request)).compactMap { $0 }
      var doubts = common.filter { IPAddress($0) != nil }.map {
        "the request has the address \($0) as its common name: public CAs want addresses among the alternative names alone"
      }
      if let key = X509_REQ_get0_pubkey(request), EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA {
        let bits = EVP_PKEY_get_bits(key)
        if bits < Self.leastRSABits {
          doubts.append("the request's RSA key has \(bits) bits: public CAs want \(Self.leastRSABits) at least")
        }
      }
      if identifiers.count > Self.mostNames {
        doubts.append("the request is for \(identifiers.count) names: public CAs take \(Self.mostNames) at most")
      }
      return doubts
    }
  }
}
