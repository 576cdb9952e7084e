package import ACMECore
internal import ArgumentParser

/// CAs that have a short name.
package enum KnownDirectory: String, CaseIterable {
  case letsencrypt
  case letsencryptStaging = "letsencrypt-staging"
  case google
  case googleStaging = "google-staging"
  case zerossl
  case sslcomRSA = "sslcom-rsa"
  case sslcomECC = "sslcom-ecc"
  case actalis

  private var text: String {
    switch self {
    case .letsencrypt: "https://acme-v02.api.letsencrypt.org/directory"
    case .letsencryptStaging: "https://acme-staging-v02.api.letsencrypt.org/directory"
    case .google: "https://dv.acme-v02.api.pki.goog/directory"
    case .googleStaging: "https://dv.acme-v02.test-api.pki.goog/directory"
    case .zerossl: "https://acme.zerossl.com/v2/DV90"
    case .sslcomRSA: "https://acme.ssl.com/sslcom-dv-rsa"
    case .sslcomECC: "https://acme.ssl.com/sslcom-dv-ecc"
    case .actalis: "https://acme-api.actalis.com/acme/directory"
    }
  }

  /// What the CA calls its organization in the names of its issuers.
  private var organizations: [String] {
    switch self {
    case .letsencrypt: ["Let's Encrypt"]
    case .letsencryptStaging: ["(STAGING) Let's Encrypt"]
    case .google: ["Google Trust Services", "Google Trust Services LLC"]
    case .googleStaging: []
    case .zerossl: ["ZeroSSL", "ZeroSSL GmbH"]
    case .sslcomRSA, .sslcomECC: ["SSL Corp", "SSL Corporation"]
    case .actalis: ["Actalis S.p.A."]
    }
  }

  /// The CA that has issued `certificate`, by what that says; nil where that is none of these.
  init?(issuing certificate: Certificate) {
    let named = certificate.issuerOrganizations
    let known = Self.allCases.filter { !$0.organizations.filter(named.contains).isEmpty }
    // Of two with the same name one is for keys of the kind that the issuer is called after.
    guard let first = known.first else { return nil }
    self = known.contains(.sslcomECC) && certificate.issuer.contains("ECC") ? .sslcomECC : first
  }

  /// Reads a name, or an https URL.
  static func url(of text: String) throws -> ACMEURL {
    if let known = KnownDirectory(rawValue: text) { return known.url }
    do { return try ACMEURL(text) } catch {
      throw ValidationError("a directory is an https URL or a known name, not '\(text.shown(limit: 200))'")
    }
  }

  package var url: ACMEURL {
    do { return try ACMEURL(text) } catch { preconditionFailure("\(text) is an https URL") }
  }
}
