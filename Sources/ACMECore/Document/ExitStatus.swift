/// How a tool ends, the same in every tool (the numbers are those of sysexits.h).
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32
  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let done = ExitStatus(rawValue: 0)
  /// Not due yet: of acme-renewal alone.
  package static let notDue = ExitStatus(rawValue: 1)
  /// Wrong usage.
  package static let usage = ExitStatus(rawValue: 64)
  /// The input is malformed, empty, or does not belong together.
  package static let input = ExitStatus(rawValue: 65)
  /// A file can't be read.
  package static let noInput = ExitStatus(rawValue: 66)
  /// The CA can't be reached: DNS, TCP, TLS.
  package static let unreachable = ExitStatus(rawValue: 69)
  /// A bug here.
  package static let bug = ExitStatus(rawValue: 70)
  /// A hook or signer failed.
  package static let helperFailed = ExitStatus(rawValue: 71)
  /// The output can't be created.
  package static let cannotCreate = ExitStatus(rawValue: 73)
  /// Reading or writing failed.
  package static let io = ExitStatus(rawValue: 74)
  /// Not now; `retryAt` may say when.
  package static let notNow = ExitStatus(rawValue: 75)
  /// The CA broke the protocol.
  package static let protocolBroken = ExitStatus(rawValue: 76)
  /// The CA refused.
  package static let refused = ExitStatus(rawValue: 77)
  /// A person must act.
  package static let personMustAct = ExitStatus(rawValue: 78)

  /// The statuses that a failure travels down a pipe with.
  package static let ofFailures: ClosedRange<Int32> = 64...78
}
