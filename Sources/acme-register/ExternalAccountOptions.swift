import ACMEClient
import ACMECore
import ACMETool
import ArgumentParser

/// The external account binding (RFC 8555 §7.3.4). The MAC key is a secret: never on the command line.
struct ExternalAccountOptions: ParsableArguments {
  private static let defaultAlgorithm = MACAlgorithm.hs256

  @Option(
    help: ArgumentHelp("The key id that the CA gave for an external account.", valueName: "id"),
    transform: nonEmpty)
  var eabKid: String?

  @Option(file: "The MAC key to it, in base64url (or in ACME_EAB_HMAC_KEY).")
  var eabKeyFile: Path?

  @Option(
    help: ArgumentHelp(
      "The MAC: \(MACAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")) (default: \(defaultAlgorithm.rawValue)).",
      valueName: "alg"))
  var eabAlg: MACAlgorithm?

  func validate() throws {
    guard eabKid != nil || eabKeyFile == nil else { throw ValidationError("--eab-key-file needs --eab-kid") }
    guard eabKid != nil || eabAlg == nil else { throw ValidationError("--eab-alg needs --eab-kid") }
    // The protected header is JSON, but a key id is ASCII (RFC 8555 §7.3.4).
    guard eabKid?.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) ?? true else {
      throw ValidationError("--eab-kid takes printable ASCII only")
    }
  }

  /// nil where no binding is asked for.
  func load(_ tool: Tool) throws -> ExternalAccount? {
    guard let eabKid else { return nil }
    let text: Slice<SecretBytes>
    let source: String
    if let eabKeyFile {
      (text, source) = (try Files.readSecret(eabKeyFile).afterByteOrderMark, eabKeyFile.description)
    } else if let value = tool.macKey {
      (text, source) = (value[...], Tool.macKeyVariable)
    } else {
      throw Failure(
        .usage, "the MAC key to --eab-kid is missing", hint: "give --eab-key-file, or set ACME_EAB_HMAC_KEY")
    }
    defer { text.base.wipe() }
    let key = try reading(source) { try Self.macKey(text) }
    return ExternalAccount(kid: eabKid, macKey: key, algorithm: eabAlg ?? Self.defaultAlgorithm)
  }

  /// base64url as it should be; CAs hand out padded keys and the other alphabet too.
  private static func macKey(_ text: Slice<SecretBytes>) throws -> SecretBytes {
    let words = text.split(whereSeparator: { $0 <= 0x20 })
    guard words.count == 1, let word = words.first else { throw Malformed("one MAC key in base64url is needed") }
    let unpadded = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    guard unpadded.count == 1 || unpadded[1].allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      throw Malformed("the MAC key is not base64url")
    }
    let letters = unpadded[0].lazy.map { letter in
      switch letter {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: letter
      }
    }
    let key = try Base64URL.decode(secret: letters)
    guard !key.isEmpty else { throw Malformed("the MAC key is empty") }
    return key
  }
}

extension MACAlgorithm: ExpressibleByArgument {}
