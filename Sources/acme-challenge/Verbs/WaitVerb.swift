import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct WaitVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "wait", of: "acme-challenge", abstract: "Wait until the order is ready, or has failed.")
  static let outputKind = OutputKind.document

  @OptionGroup var order: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func goOn(with run: OrderRun) throws {
    try run.fetchMissingAuthorizations()
    do { try run.awaitReady() } catch var failure as Failure
      where failure.status == .notNow && run.document.showsNoAnswer
    {
      let how = "if nobody has told the CA to look yet, acme-challenge respond does"
      failure.hint = failure.hint.map { "\(how); \($0)" } ?? how
      throw failure
    }
  }
}

extension OrderDocument {
  /// Whether no challenge of the names that are awaited shows that the CA was told to look. Some CAs don't show it.
  fileprivate var showsNoAnswer: Bool {
    !awaited.isEmpty
      && awaited.allSatisfy { $0.challenges.allSatisfy { $0.status == .pending && $0.error == nil } }
  }
}
