import Testing

@testable import ACMECore

@Suite struct PKCS11URITests {
  @Test func `the path says which key it is, the query how it is got at`() throws {
    let uri = try PKCS11URI(
      Octets("PKCS11:token=a%20b;object=c?pin-source=file:///run/my%20pin&module-path=/usr/lib/x.so&x-vendor=1"))
    #expect(uri.description == "pkcs11:token=a%20b;object=c")
    #expect(uri.pinSource == Octets("/run/my pin"))
    #expect(uri.modulePath == Octets("/usr/lib/x.so"))
    #expect(try PKCS11URI(Octets("pkcs11:")).pinSource == nil)
  }

  @Test(arguments: [
    "pkcs11:object=a?pin-value=1", "pkcs11:object=a;pin-value=1", "pkcs11:pin-value=1", "pkcs11:?x=1&PIN-VALUE=1",
    "pkcs11:object=a?pin-value", "acme-key sign -k pkcs11:object=a?pin-value=1",
    "acme-key sign -k pkcs11:object=a?'pin-value'=1", "x pkcs11:object=a?pin\\-value=1",
    "x 'pkcs11':object=a?\"pin\"-value=1",
  ])
  func `a PIN in it is found`(_ text: String) {
    #expect(PKCS11URI.holdsPIN(Octets(text)))
    #expect(throws: Malformed.self) { try PKCS11URI(Octets(text)) }
  }

  @Test(arguments: [
    "pin-value", "/pkcs11/pin-value", "pkcs11:object=pin-value", "pkcs11:object=a?pin-source=pin-value",
  ])
  func `and only there`(_ text: String) { #expect(!PKCS11URI.holdsPIN(Octets(text))) }

  @Test(arguments: [
    "", "pkcs11", "file:a", "pkcs11:a b", "pkcs11:a\u{1B}", "pkcs11:ä", "pkcs11:a?pin-source", "pkcs11:a?pin-source=%",
    "pkcs11:a?pin-source=%0", "pkcs11:a?pin-source=%+1", "pkcs11:a?pin-source=%00", "pkcs11:a?pin-source=|cat",
    "pkcs11:a?pin-source=a&pin-source=b",
  ])
  func `what is no such URI`(_ text: String) {
    #expect(throws: Malformed.self) { try PKCS11URI(Octets(text)) }
  }
}
