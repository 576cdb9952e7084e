package import ACMECore

extension Tool {
  /// What signs with a private key that is elsewhere: `command` makes each signature, one at a time, and each is
  /// checked.
  ///
  /// Throws `Failure` 71 where it can't be run: better now than when it is needed. Its signatures throw 71 where it
  /// fails or answers with anything else, 75 where the time is over, and `Interrupted`.
  package func signer(for publicKey: PublicKey, by command: CommandWords) throws -> Signer {
    try supervisor?.checkSigner()
    explain(.keyElsewhere(command.text))
    return Signer(publicKey: publicKey) { input, budget in
      self.messages.step("having \(command.text) sign")
      let answer = try self.answerOfSigner(to: input, until: budget ?? Self.ownBudget)
      let signature = try reading(command.text, status: .helperFailed) { try Self.signature(in: answer, of: publicKey) }
      guard try publicKey.verifies(signature, of: input) else {
        throw Failure(
          .helperFailed, "\(command.text) answered with a signature that isn't the key's",
          hint: "it signs with another key, or something else than what it was given")
      }
      return signature
    }
  }

  /// Where nobody says how long it may take.
  private static var ownBudget: Budget { Budget(seconds: 300, clock: Signals.clock) }

  private func answerOfSigner(to input: [UInt8], until budget: Budget) throws -> [UInt8] {
    guard let supervisor else { throw Failure(.bug, "there is nobody to run signers") }
    do { return try supervisor.answerOfSigner(to: input, until: budget) } catch { throw error.reason }
  }

  /// One line of base64url, whatever its end.
  private static func signature(in answer: [UInt8], of key: PublicKey) throws(Malformed) -> [UInt8] {
    var text = answer[...]
    if text.last == 0x0A { text.removeLast() }
    if text.last == 0x0D { text.removeLast() }
    guard let signature = try? Base64URL.decode(octets: text), !signature.isEmpty else {
      throw Malformed("its answer isn't a line of base64url")
    }
    guard signature.count == key.jwk.signatureLength else {
      throw Malformed("its answer is \(signature.count) octets, where a signature has \(key.jwk.signatureLength)")
    }
    return signature
  }
}

extension Lesson {
  fileprivate static func keyElsewhere(_ command: String) -> Lesson {
    Lesson(
      "a key that is elsewhere",
      [
        .text(
          "The private key isn't here. What is to be signed goes to a command, which answers with the signature. So who "
            + "breaks in here can have things signed for as long as that lasts, and can't take the key along."),
        .item("command", command),
        .text("Each signature is checked with the public key before it is used."),
      ])
  }
}
