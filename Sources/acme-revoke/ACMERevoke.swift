import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

/// Has a CA revoke a certificate.
@main
struct ACMERevoke: HolderStep {
  static let configuration = CommandConfiguration(
    commandName: "acme-revoke",
    abstract: "Have the CA revoke a certificate.",
    version: suiteVersion)
  static let outputKind = OutputKind.text

  private static let doubt =
    "a try whose answer was lost, or not the CA's, may have revoked the certificate all the same: run the same again, or "
    + "look for it in the CA's revocation list"

  @Option(
    help: ArgumentHelp(
      "Why: \(RevocationReason.allCases.map(\.name).joined(separator: ", ")), or the number of one.",
      valueName: "name|number"),
    completion: .list(RevocationReason.allCases.map(\.name)), transform: ACMERevoke.reason)
  var reason: RevocationReason?

  @Option(name: .long, key: "Sign with the certificate's own private key, in place of the account's.")
  var certKey: KeyPlace?

  @OptionGroup var holder: HolderOptions
  @OptionGroup var output: NoOutput
  @OptionGroup var messageOptions: MessageOptions

  static func main() { start() }

  func validate() throws {
    guard certKey == nil || !holder.key.isGiven && holder.account.account == nil else {
      throw ValidationError("--cert-key needs no account: neither -k nor --signer nor -a goes with it")
    }
  }

  func programs(_ tool: Tool) throws -> Programs? {
    certKey == nil ? Programs(signer: try holder.key.command(tool)) : nil
  }

  var input: Input? { Input("a PEM certificate or chain") }

  func needs(_ tool: Tool) -> [Need] {
    certKey == nil ? holder.needs(tool) : .key(certKey) + holder.key.passphrase.needs(tool) + holder.ca.needs(tool)
  }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let certificate = try reading("stdin") { try Certificate.first(inPEM: input) }
    let client = try certKey.map { try self.client(for: certificate, by: $0, tool) } ?? holder.client(tool)
    let words = "the certificate for \(certificate.namesInWords.shown(limit: 500))"
    do {
      if try client.revoke(certificate, reason: reason) {
        tool.messages.step("revoked \(words)" + (reason.map { ", reason \($0.name)" } ?? ""))
      } else {
        tool.messages.warning("\(words) is revoked already")
      }
    } catch var failure as Failure {
      if failure.followsLostAnswer {
        failure.hint = Self.doubt
      } else if failure.status == .refused {
        failure.hint = failure.hint ?? hint(for: failure, certificate)
      }
      throw failure
    }
    return .nothing
  }

  private func client(for certificate: Certificate, by place: KeyPlace, _ tool: Tool) throws -> Client {
    let directory = try holder.ca.directory(of: nil, tool)
    let key = try holder.key.passphrase.key(at: place, tool)
    guard try certificate.publicKeyInfo == key.publicKey.info else {
      throw Failure(
        .input, "the key in \(place) isn't that of the certificate for \(certificate.namesInWords.shown(limit: 500))")
    }
    return try holder.ca.client(for: directory, signer: key.signer, tool)
  }

  /// What a CA says of a certificate that it doesn't know, or of one who has no right to it, has many forms.
  private func hint(for failure: Failure, _ certificate: Certificate) -> String? {
    let type = failure.problem?.type
    guard type == .malformed || type == .unauthorized || failure.httpStatus == 404 else { return nil }
    let issuer = certificate.issuer.shown(limit: 300)
    let isThisTheCA = "it was issued by \(issuer): is that the CA (--directory)?"
    guard certKey == nil, type == .unauthorized else { return isThisTheCA }
    return "the account that ordered it may, or one that has proved all its names, or --cert-key FILE with its own "
      + "key; \(isThisTheCA)"
  }

  private static func reason(_ text: String) throws -> RevocationReason {
    guard let reason = RevocationReason(text) else {
      let names = RevocationReason.allCases.map { "\($0.rawValue) \($0.name)" }.joined(separator: ", ")
      throw ValidationError("'\(text.shown(limit: 50))' is no reason of RFC 5280: it has \(names)")
    }
    return reason
  }
}
