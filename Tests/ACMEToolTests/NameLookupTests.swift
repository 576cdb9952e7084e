import Testing

@testable import ACMETool

@Suite struct NameLookupTests {
  @Test(arguments: [
    ("", true),
    ("hosts: files dns", true),
    ("hosts:files mymachines resolve [!UNAVAIL=return] files myhostname dns", true),
    ("hosts: mdns4_minimal [NOTFOUND=return] dns # ldap", true),
    ("passwd: files ldap\nhosts: files", true),
    ("# hosts: ldap", true),
    ("hosts: files ldap", false),
    ("hosts: dns [ NOTFOUND=return ] wins", false),
    ("passwd: files\n  hosts:\tfiles sss\n", false),
  ])
  func usualModules(_ text: String, isUsual: Bool) {
    #expect(NameLookup.isUsual(Array(text.utf8)) == isUsual)
  }
}
