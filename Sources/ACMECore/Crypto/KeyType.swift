/// The kinds of key that the tools make and use.
package enum KeyType: String, CaseIterable, Sendable {
  case p256, p384, p521, rsa2048, rsa3072, rsa4096, ed25519
}
