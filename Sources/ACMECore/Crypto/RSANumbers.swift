internal import COpenSSL

/// The numbers that an RSA key is made of, big-endian (RFC 8017 §3).
enum RSANumbers {
  /// OpenSSL works with no larger ones: OPENSSL_RSA_MAX_MODULUS_BITS and OPENSSL_RSA_MAX_PUBEXP_BITS.
  static let maxModulusBits = 16384
  static let maxExponentBits = 64

  /// The members of RFC 7518 §6.3.2.
  typealias Private = (
    d: SecretBytes, p: SecretBytes, q: SecretBytes, dp: SecretBytes, dq: SecretBytes, qi: SecretBytes
  )

  /// Sizes come before mathematics, whose cost they bound.
  ///
  /// Throws `Malformed` unless the modulus is odd and of a size that can be worked with, and the exponent odd and from
  /// 3 on.
  static func check(modulus: [UInt8], exponent: [UInt8]) throws(Malformed) {
    let bits = bitCount(modulus)
    guard bits <= maxModulusBits else {
      throw Malformed("an RSA key of \(bits) bits can't be used: \(maxModulusBits) are the most")
    }
    let exponentBits = bitCount(exponent)
    guard exponentBits <= maxExponentBits else {
      throw Malformed(
        "an RSA key with an exponent of \(exponentBits) bits can't be used: \(maxExponentBits) are the most")
    }
    guard isOdd(modulus), isOdd(exponent), exponentBits > 1 else {
      throw Malformed("the RSA key's modulus or exponent makes no key")
    }
  }

  /// The same for a key that OpenSSL has read.
  static func check(_ key: OpaquePointer) throws {
    try check(
      modulus: PublicKey.number(OSSL_PKEY_PARAM_RSA_N, of: key),
      exponent: PublicKey.number(OSSL_PKEY_PARAM_RSA_E, of: key))
  }

  /// Throws `Malformed` unless the private numbers are those of the public ones (RFC 8017 §3.2, with two factors).
  ///
  /// Whether the factors are prime isn't asked: it takes minutes for large ones, and a signature shows it too.
  static func check(
    modulus: [UInt8], exponent: [UInt8], private numbers: Private
  ) throws {
    let (d, p, q, dp, dq, qi) = numbers
    for number in [d, p, q, dp, dq, qi] {
      guard number.count <= modulus.count, number.contains(where: { $0 != 0 }) else {
        throw Malformed("a private number of the JWK is zero, or longer than the modulus")
      }
    }
    guard isOdd(p), isOdd(q), bitCount(p) > 1, bitCount(q) > 1 else {
      throw Malformed("a factor of the JWK is no odd prime")
    }
    let e = try BigNumber(exponent)
    let (first, second) = (try BigNumber(p), try BigNumber(q))
    let (orderOfFirst, orderOfSecond) = (try first.predecessor, try second.predecessor)
    guard try first.product(with: second) == BigNumber(modulus),
      try e.isInverse(of: BigNumber(d), modulo: orderOfFirst), try e.isInverse(of: BigNumber(d), modulo: orderOfSecond),
      try e.isInverse(of: BigNumber(dp), modulo: orderOfFirst),
      try e.isInverse(of: BigNumber(dq), modulo: orderOfSecond),
      try second.isInverse(of: BigNumber(qi), modulo: first)
    else { throw Malformed("the JWK's private key is not that of its public one") }
  }

  static func bitCount(_ number: some RandomAccessCollection<UInt8>) -> Int {
    let shortest = number.drop { $0 == 0 }
    return shortest.first.map { shortest.count * 8 - $0.leadingZeroBitCount } ?? 0
  }

  private static func isOdd(_ number: some RandomAccessCollection<UInt8>) -> Bool {
    number.last.map { $0 & 1 == 1 } ?? false
  }
}

/// A number of OpenSSL's, wiped when it is let go.
private final class BigNumber {
  private let pointer: OpaquePointer

  private init(taking pointer: OpaquePointer) { self.pointer = pointer }

  convenience init(_ bytes: [UInt8]) throws {
    self.init(taking: try OpenSSLError.check(BN_bin2bn(bytes, Int32(clamping: bytes.count), nil)))
  }

  convenience init(_ bytes: SecretBytes) throws { self.init(taking: try OpenSSLError.check(bytes.number)) }

  deinit { BN_clear_free(pointer) }

  var predecessor: BigNumber {
    get throws {
      let result = BigNumber(taking: try OpenSSLError.check(BN_dup(pointer)))
      try OpenSSLError.check(BN_sub_word(result.pointer, 1))
      return result
    }
  }

  func product(with other: BigNumber) throws -> BigNumber {
    try calculating { BN_mul($0, pointer, other.pointer, $1) }
  }

  /// Whether the product of both leaves 1.
  func isInverse(of other: BigNumber, modulo modulus: BigNumber) throws -> Bool {
    let product = try calculating { BN_mod_mul($0, pointer, other.pointer, modulus.pointer, $1) }
    return BN_is_one(product.pointer) == 1
  }

  private func calculating(_ calculate: (OpaquePointer, OpaquePointer) -> Int32) throws -> BigNumber {
    let context = try OpenSSLError.check(BN_CTX_new())
    defer { BN_CTX_free(context) }
    let result = BigNumber(taking: try OpenSSLError.check(BN_new()))
    try OpenSSLError.check(calculate(result.pointer, context))
    return result
  }

  static func == (one: BigNumber, other: BigNumber) -> Bool { BN_cmp(one.pointer, other.pointer) == 0 }
}

extension SecretBytes {
  /// As a number of OpenSSL's, which is the caller's to free; nil where there is no room for it.
  var number: OpaquePointer? {
    let number = BN_secure_new()
    let result = withUnsafeBytes {
      BN_bin2bn($0.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: $0.count), number)
    }
    if result == nil { BN_free(number) }
    return result
  }
}
