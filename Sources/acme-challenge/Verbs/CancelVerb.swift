import ACMEClient
import ACMECore
import ACMENetwork
import ACMETool
import ArgumentParser

struct CancelVerb: OnlineVerb {
  static let configuration = CommandConfiguration.verb(
    "cancel", of: "acme-challenge", abstract: "Give up the authorizations that are pending or valid.")
  static let outputKind = OutputKind.document

  @Argument(help: ArgumentHelp("Give up this name's alone: as in the order, a wildcard with its *.", valueName: "name"))
  var names: [String] = []

  @OptionGroup var order: HolderOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var messageOptions: MessageOptions

  func prepare(_ document: OrderDocument) throws -> OrderDocument {
    let identifiers = document.order.identifiers
    for name in try named() where !identifiers.contains(name) {
      throw Failure(.input, "\(name) is none of the names of the order \(document.url): \(identifiers.list.shown())")
    }
    return document
  }

  /// What one authorization comes to is no reason to keep another: this is for after a theft, too.
  func goOn(with run: OrderRun) throws {
    let named = try named()
    try run.lookAgain(at: run.document.order.authorizations)
    run.sortAuthorizations()
    let kept = try run.giveUp(
      run.document.authorizations.filter { authorization in
        authorization.isAlive && (named.isEmpty || named.contains(authorization.identifier))
      })
    try run.lookAtGivenUp()
    if let kept { throw kept }
    // Whose it is that couldn't be had, nobody knows.
    guard named.isEmpty || !Set(named).isSubset(of: run.document.authorizations.map(\.identifier)) else { return }
    try run.client.authorizations(at: run.document.missingAuthorizations) { try run.take($0) }
  }

  private func named() throws -> [Identifier] {
    try names.map { name in try reading("NAME") { try Identifier(typed: name) } }
  }
}

extension OrderRun {
  /// Gives up as many of `authorizations` as the CA lets us. Gives back why others are kept, naming them.
  fileprivate func giveUp(_ authorizations: [Authorization]) throws -> Failure? {
    let urls = authorizations.map(\.url)
    var refusals: [ACMEURL: Failure] = [:]
    try client.deactivate(authorizations: urls) { index, result in
      do { try take(result.get()) } catch let failure as Failure { refusals[urls[index]] = failure }
    }
    // What came to its end in another way can't be given up any more; by an earlier try, say, whose answer was lost.
    try lookAgain(at: urls.filter { refusals[$0] != nil })
    let kept = document.authorizations.filter { refusals[$0.url] != nil && $0.isAlive }
    let reasons = kept.compactMap { refusals[$0.url] }
    guard var failure = reasons.first(where: { $0.status == .refused }) ?? reasons.first else { return nil }
    guard kept.count > 1 else {
      failure.message = "\(kept.map(\.identifier).list.shown()) is not given up: \(failure.message)"
      return failure
    }
    failure.message = "\(kept.count) of \(urls.count) names are not given up"
    failure.problem = Problem(
      compound: zip(kept, reasons).map { authorization, reason in
        (reason.problem ?? Problem(["detail": .string(reason.message)])).object(of: authorization.identifier)
      })
    return failure
  }

  /// Takes the order as it is by now, if the CA still has it: that it says so isn't what was asked for.
  fileprivate func lookAtGivenUp() throws {
    let order: Order
    do { order = try client.order(at: document.url, isGivenUp: true) } catch let failure as Failure {
      tool.messages.warning("how the order stands now can't be said: \(failure.message)")
      return
    }
    try take(order)
  }
}

extension Authorization {
  /// Whether there is something to give up (RFC 8555 §7.5.2).
  fileprivate var isAlive: Bool { [.pending, .valid].contains(status) }
}
